// The catalogue as OpenTelemetry's instruments.
import { type Histogram, metrics, type Observable } from '@opentelemetry/api'
import { durationBuckets, type Instrument, instruments, type Meter, type Reading } from '@vigile/engine'
import { version } from '../version.ts'

/** For the provider of metrics that is there now. `read`: what is read when it is asked for. */
export const createOtelMeter = (read: () => Promise<readonly Reading[]>): Meter => {
  const meter = metrics.getMeter('vigile', version)
  const all = Object.entries<Instrument>(instruments)
  const of = (kind: Instrument['kind']) => all.filter(([, one]) => one.kind === kind)
  const counters = new Map(
    of('counter').map(([name, { help }]) => [name, meter.createCounter(`vigile_${name}`, { description: help })]),
  )
  const histograms = new Map<string, Histogram>(
    of('histogram').map(([name, { help }]) => [
      name,
      meter.createHistogram(`vigile_${name}`, {
        description: help,
        unit: 's',
        advice: { explicitBucketBoundaries: [...durationBuckets] },
      }),
    ]),
  )
  const gauges = new Map<string, Observable>(
    of('gauge').map(([name, { help }]) => [name, meter.createObservableGauge(`vigile_${name}`, { description: help })]),
  )
  meter.addBatchObservableCallback(
    async (result) => {
      for (const { name, labels, value } of await read()) {
        const gauge = gauges.get(name)
        if (gauge) result.observe(gauge, value, labels)
      }
    },
    [...gauges.values()],
  )
  return {
    add: (name, labels, by = 1) => counters.get(name)?.add(by, labels),
    record: (name, labels, seconds) => histograms.get(name)?.record(seconds, labels),
  }
}
