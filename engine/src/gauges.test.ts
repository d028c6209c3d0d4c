import { afterEach, expect, test, vi } from 'vitest'
import { createGauges, type GaugesDeps } from './gauges.ts'

afterEach(() => vi.restoreAllMocks())

const none = { count: 0, oldest: null }
const gaugesOf = (given: Partial<GaugesDeps>) => {
  const warned: object[] = []
  const read = createGauges({
    readiness: async () => ({ status: 'ok', parts: { database: 'ok' } }),
    providers: () => [],
    database: {},
    sessions: { countLive: async () => 7 },
    alerts: { countOpen: async () => [] },
    outbox: { waiting: async () => none, oldestUntried: async () => null },
    postman: null,
    webhooks: { waiting: async () => none },
    auditChain: { countToSeal: async () => 3 },
    jobs: { lastFinished: async () => [{ job: 'clean-up', at: 5_000 }], lastDone: async () => null },
    signingKeys: { current: async () => Promise.reject(new Error('no key')) },
    clock: { now: () => 10_000 },
    log: { debug: () => {}, info: () => {}, error: () => {}, warn: (fields) => void warned.push(fields) },
    ...given,
  })
  const value = async (name: string) => (await read()).find((one) => one.name === name)?.value
  return { value, warned }
}

test('OPS-5 a figure that can’t be read takes no other with it, and is left out', async () => {
  const { value, warned } = gaugesOf({
    jobs: { lastFinished: async () => [{ job: 'clean-up', at: 5_000 }], lastDone: async () => ({ at: 1, result: '' }) },
  })
  expect(await value('signing_key_age_seconds')).toBeUndefined()
  expect(await value('backup_size_bytes')).toBeUndefined()
  expect(await value('active_sessions')).toBe(7)
  expect(await value('audit_unsealed')).toBe(3)
  expect(await value('job_last_success_timestamp_seconds')).toBe(5)
  expect(warned).toHaveLength(1)
})

test('OPS-5 a database that is back is asked again within seconds; one that said all is not asked for a minute', async () => {
  let asked = 0
  const countLive = async () => {
    asked += 1
    if (asked === 1) throw new Error('the connection was cut')
    return 7
  }
  const { value } = gaugesOf({
    sessions: { countLive },
    signingKeys: { current: async () => ({ signsFrom: 0 }) as never },
  })
  expect(await value('active_sessions')).toBeUndefined()
  const now = performance.now.bind(performance)
  const clock = vi.spyOn(performance, 'now')
  clock.mockImplementation(() => now() + 6_000)
  expect(await value('active_sessions')).toBe(7)
  clock.mockImplementation(() => now() + 50_000)
  expect(await value('active_sessions')).toBe(7)
  expect(asked).toBe(2)
})
