// How providers are called (RES-1, RES-2).
import type { Faults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import type { ProviderCallPolicy } from '../provider-calls/provider-client.ts'

type Range = { readonly min: number; readonly max: number; readonly byDefault: number }

export const providerCallsOf = (options: VigileOptions['providerCalls'] = {}, faults: Faults): ProviderCallPolicy => {
  const check = (name: string, value: number, { min, max, byDefault }: Range, isRight = true): number => {
    if (isRight && value >= min && value <= max) return value
    const code = isRight ? 'not_in_range' : 'not_whole_in_range'
    faults.add(`providerCalls.${name}`, code, { given: value, least: min, most: max, byDefault })
    return byDefault
  }
  const seconds = (name: string, value: number | undefined, range: Range) =>
    check(name, value ?? range.byDefault, range) * 1_000

  const waits = options.retryWaitsSeconds ?? [1, 2, 3]
  if (waits.length > 5) faults.add('providerCalls.retryWaitsSeconds', 'many_waits')
  const failuresToOpen = options.failuresToOpen ?? 5
  const isWhole = Number.isInteger(failuresToOpen)
  return {
    // The answer to the browser is given up after 10 s by default.
    timeoutMs: seconds('timeoutSeconds', options.timeoutSeconds, { min: 0.1, max: 10, byDefault: 5 }),
    retryWaitsMs: waits.map((wait) => seconds('retryWaitsSeconds', wait, { min: 0, max: 10, byDefault: 1 })),
    longestWaitMs: seconds('longestWaitSeconds', options.longestWaitSeconds, { min: 0, max: 10, byDefault: 5 }),
    failuresToOpen: check('failuresToOpen', failuresToOpen, { min: 1, max: 1_000, byDefault: 5 }, isWhole),
    openMs: seconds('openSeconds', options.openSeconds, { min: 1, max: 3_600, byDefault: 30 }),
  }
}
