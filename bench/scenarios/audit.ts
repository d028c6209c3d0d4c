// What the chain of the audit log costs: the entry itself, in the act's transaction; sealing, which no request waits for; and
// reading all of it again. In this process, on the code as it lies here, so that it can be measured with the chain and without.

import { toStored } from '../../engine/src/audit/canonical.ts'
import { auditEntry } from '../../engine/src/audit/entry.ts'
import { macOf } from '../../engine/src/audit/entry-mac.ts'
import { createSealer } from '../../engine/src/audit/sealer.ts'
import { verifyAudit } from '../../engine/src/audit/verify.ts'
import { deriveKeys } from '../../engine/src/keys/derive.ts'
import { silentLog } from '../../engine/src/primitives/log.ts'
import { openPostgres } from '../../engine/src/stores/postgres.ts'
import type { Bench } from '../bench.ts'
import { cpuOfFamily } from '../measure/process-cost.ts'
import { figure, type Row } from '../row.ts'
import { secret } from '../servers/vigile.ts'

/** Entries of one round. */
const entries = 2_000
const atOnce = 4
/** A sign-in puts two on record: itself, and the session that it ends. */
const perSignIn = 2
const context = { ip: '192.0.2.1', userAgent: 'Mozilla/5.0 (X11; Linux x86_64)', requestId: 'a-request' }

type Cost = { readonly own: number; readonly postgres: number }

/** By itself: beside the round trip of a transaction it is lost in the noise. */
const costOfMaking = (entryMac: (content: string) => string): number => {
  const times = 20_000
  const entry = auditEntry(context, { action: 'session:sign-in', at: Date.now(), userId: 'b2ScGQyGq3T1b0n1b5Wn3Q' })
  for (let index = 0; index < times; index += 1) toStored(entry, entryMac)
  const before = process.cpuUsage()
  for (let index = 0; index < times; index += 1) toStored(entry, entryMac)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}

export const audit = async (bench: Bench): Promise<readonly Row[]> => {
  const [one, other] = [await bench.shared(), await bench.shared()]
  const key = deriveKeys(secret)
  const common = { offset: { ms: 0 }, log: silentLog }
  const plain = openPostgres({ ...common, url: one.database })
  const chained = openPostgres({ ...common, url: other.database, entryMac: (content) => macOf(key, content) })
  const keyring = { newest: () => key, find: async () => key, ids: () => [key.id] }
  const sealer = createSealer({ ...chained, keyring, log: silentLog })

  const costOf = async (work: () => Promise<unknown>): Promise<Cost> => {
    const postgres = cpuOfFamily(bench.postgres.pid())
    const own = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(own)
    return {
      own: (user + system) / entries,
      postgres: (cpuOfFamily(bench.postgres.pid()) - postgres) / entries,
    }
  }
  const write = ({ transact }: Pick<typeof plain, 'transact'>) =>
    Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let index = 0; index < entries / atOnce; index += 1)
          await transact(async ({ audit: log }) =>
            log.append([auditEntry(context, { action: 'session:sign-in', at: Date.now(), userId: `${index}` })]),
          )
      }),
    )

  const rounds: Record<'without' | 'with' | 'sealing', Cost[]> = { without: [], with: [], sealing: [] }
  for (let round = 0; round < bench.options.rounds + bench.options.warmUps; round += 1) {
    const measured = {
      without: await costOf(() => write(plain)),
      with: await costOf(() => write(chained)),
      sealing: await costOf(() => sealer.run()),
    }
    if (round < bench.options.warmUps) continue
    for (const name of ['without', 'with', 'sealing'] as const) rounds[name].push(measured[name])
    bench.say(
      `audit, round ${round + 1}: ${figure(measured.without.own)} without, ${figure(measured.with.own)} with the chain`,
    )
  }
  const report = await verifyAudit({ ...chained, keyring })
  if (!report.ok) throw new Error('the chain is not whole')
  await Promise.all([plain.close(), chained.close()])

  const least = (name: keyof typeof rounds, part: keyof Cost) => Math.min(...rounds[name].map((cost) => cost[part]))
  const said = (name: keyof typeof rounds) =>
    `${figure(least(name, 'own'))} µs, PostgreSQL ${figure(least(name, 'postgres'))} µs`
  const makingMicros = costOfMaking((content) => macOf(key, content))
  const more = perSignIn * (makingMicros + least('sealing', 'own'))
  return [
    { what: 'an entry of the audit log in a transaction of its own, without the chain', reached: said('without') },
    { what: 'the same with its MAC', reached: said('with') },
    { what: 'of that: its salt, its hash of what is personal, its MAC', reached: `${figure(makingMicros)} µs` },
    { what: 'sealing it, where no request waits', reached: said('sealing') },
    {
      what: 'the chain of a sign-in: two entries, sealed',
      aim: 'at most 5 % of a sign-in (about 10 ms of CPU)',
      reached: `${figure(more)} µs`,
    },
    {
      what: `audit verify, ${report.entries} entries`,
      reached: `${figure(report.entries / Math.max(report.seconds, 0.1), 0)} entries a second`,
    },
  ]
}
