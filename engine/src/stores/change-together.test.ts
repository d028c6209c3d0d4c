import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase } from '../../../tests/services/run.ts'
import { createUserId } from '../primitives/ids.ts'
import { silentLog } from '../primitives/log.ts'
import type { SessionRow } from '../sessions/store.ts'
import { openPostgres, type PostgresDatabase } from './postgres.ts'
import { sampleAccount, sampleSession } from './samples.suite.ts'

const userId = createUserId()
let url: string
let nodes: readonly [PostgresDatabase, PostgresDatabase]

beforeAll(async () => {
  url = await freshDatabase()
  const open = () => openPostgres({ url, offset: { ms: 0 }, log: silentLog })
  nodes = [open(), open()]
  await nodes[0].migrate()
  await nodes[0].accounts.insert(sampleAccount({ id: userId }))
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()))
})

const stored = async (count: number): Promise<readonly SessionRow[]> => {
  const sessions = Array.from({ length: count }, () => sampleSession({ userId }))
  for (const session of sessions) await nodes[0].sessions.insert(session)
  return sessions
}
const rotation = { generation: 1, previousWinner: 0, winner: null, keyId: 'another', durable: true } as const
const read = async ({ id }: SessionRow) => (await nodes[0].sessions.find(id)).session

test('every session of a statement becomes what was wanted of it, and no other', async () => {
  const sessions = await stored(20)
  const changes = sessions
    .slice(1)
    .map((session, n) => ({ ...rotation, issue: n, idleExpiresAt: session.expiresAt - n }))
  const written = await Promise.all(changes.map((change, n) => nodes[0].sessions.change(sessions[n + 1]!, change, n)))
  expect(written).toEqual(changes.map(() => true))
  expect(await read(sessions[0]!)).toEqual(sessions[0])
  for (const [n, change] of changes.entries())
    expect(await read(sessions[n + 1]!)).toEqual({ ...sessions[n + 1], ...change, lastUsedAt: n })
})

test('I1 of many who read the same row, over two nodes and in one turn, one wins', async () => {
  const sessions = await stored(30)
  const rivals = [0, 1, 2, 3].map((n) => ({ ...rotation, issue: n }))
  const won = await Promise.all(
    sessions.map((session, turn) =>
      Promise.all(
        // In another order on each node: two statements that lock the same rows.
        rivals.map((change, n) => nodes[(n + turn) % 2 === 0 ? 0 : 1].sessions.change(session, change, n)),
      ),
    ),
  )
  for (const [n, session] of sessions.entries()) {
    const winners = won[n]!.flatMap((isWinner, rival) => (isWinner ? [rival] : []))
    expect(winners).toHaveLength(1)
    expect((await read(session))?.issue).toBe(winners[0])
  }
})

test('I1 what was revoked or changed since it was read is not changed', async () => {
  const [revoked, changed, same] = (await stored(3)) as [SessionRow, SessionRow, SessionRow]
  await nodes[1].sessions.revoke([revoked.id], 'signed_out', 1)
  await nodes[1].sessions.change(changed, { winner: 0 }, 1)
  const tried = [revoked, changed, same].map((session) => nodes[0].sessions.change(session, rotation, 2))
  expect(await Promise.all(tried)).toEqual([false, false, true])
  expect((await read(revoked))?.generation).toBe(0)
})

test('a row that is held keeps nobody else waiting, and its own change waits for it', async () => {
  const [held, ...others] = (await stored(5)) as [SessionRow, ...SessionRow[]]
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query('update sessions set winner = 0 where id = $1', [held.id])
    let isSettled = false
    const late = nodes[0].sessions.change(held, rotation, 1).finally(() => {
      isSettled = true
    })
    expect(await Promise.all(others.map((session) => nodes[0].sessions.change(session, rotation, 1)))).toEqual(
      others.map(() => true),
    )
    expect(isSettled).toBe(false)
    await holder.query('commit')
    expect(await late).toBe(false)
  } finally {
    await holder.end()
  }
})
