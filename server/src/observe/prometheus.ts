// The engine's figures, and Node's own, as Prometheus reads them (OPS-5).
import { durationBuckets, type Instrument, instruments, type Meter, type Reading } from '@vigile/engine'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Prometheus = {
  readonly meter: Meter
  readonly contentType: string
  /** What a scrape gets. */
  text(): Promise<string>
}

/** `read`: what is read when it is asked for. */
export const createPrometheus = (read: () => Promise<readonly Reading[]>): Prometheus => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const of = (name: string, { help, labels }: Instrument) => ({
    name: `vigile_${name}`,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
  })
  const named = <Made>(kind: Instrument['kind'], make: (options: ReturnType<typeof of>) => Made) =>
    new Map(
      Object.entries<Instrument>(instruments).flatMap(([name, one]) =>
        one.kind === kind ? [[name, make(of(name, one))] as const] : [],
      ),
    )
  const counters = named('counter', (options) => new Counter(options))
  // Prometheus sees no increase in what was not there before: whatever has few series begins at nought.
  for (const [name, counter] of counters)
    for (const labels of seriesOf(instruments[name as keyof typeof instruments].labels)) counter.inc(labels, 0)
  const gauges = named('gauge', (options) => new Gauge(options))
  const histograms = named('histogram', (options) => new Histogram({ ...options, buckets: [...durationBuckets] }))

  return {
    meter: {
      add: (name, labels, by) => counters.get(name)?.inc(labels, by),
      record: (name, labels, seconds) => histograms.get(name)?.observe(labels, seconds),
    },
    contentType: registry.contentType,
    text: async () => {
      const readings = await read()
      for (const gauge of gauges.values()) clear(gauge)
      for (const { name, labels, value } of readings) gauges.get(name)?.set(labels, value)
      return registry.metrics()
    },
  }
}

/** What is not read this time is not there; prom-client sets one without labels to 0, which is a figure like others. */
const clear = (gauge: Gauge): void => {
  gauge.reset()
  gauge.remove({})
}

const maxSeries = 100

/** Every combination of the labels; none where those are too many, or not known before. */
const seriesOf = (labels: Instrument['labels']): readonly Readonly<Record<string, string>>[] => {
  let series: readonly Readonly<Record<string, string>>[] = [{}]
  for (const [label, values] of Object.entries(labels))
    series = series.flatMap((one) => values.map((value) => ({ ...one, [label]: value })))
  return series.length > maxSeries ? [] : series
}
