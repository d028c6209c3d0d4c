// A server on the embedded database, killed again and again while people use it.
import { join } from 'node:path'
import { temporaryFolder } from '../services/place.ts'
import { countsOf, createCrowd } from './crowd.ts'
import { sqliteLedger } from './ledgers.ts'
import { type ServerNode, startNode } from './node.ts'

export type KillOptions = {
  readonly times: number
  readonly people: number
  readonly progress?: (line: string) => void
}
export type KillReport = ReturnType<typeof countsOf> & {
  readonly kills: number
  readonly seconds: number
  /** Everything that is not as it was promised, and whoever saw it: empty is what is wanted. */
  readonly wrong: readonly string[]
}

/** A server lives for so many answers at most, at random: it is killed at any point of whatever it does. */
const maxAnswers = 80
const betweenLines = 10

/**
 * SIGKILLs a server `times` times under load. After each: it starts again on its file, the file is whole, what was
 * acknowledged is there, who was signed in refreshes without a sign-in, who signed out stays out.
 */
export const killEmbedded = async ({ times, people, progress = () => {} }: KillOptions): Promise<KillReport> => {
  const folder = await temporaryFolder('killed')
  const file = join(folder.path, 'vigile.db')
  const ledger = sqliteLedger(file)
  const settings = { database: `file:${file}` }
  // One that ends in order leaves what it compiled to the others.
  await (await startNode(settings)).stop()
  const startedAt = performance.now()
  let node: ServerNode = await startNode(settings)
  const crowd = createCrowd(people, () => [node])
  await crowd.enter()
  const wrong = new Set<string>()
  let kills = 0
  const report = (): KillReport => ({
    ...countsOf(crowd),
    kills,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    wrong: [...wrong],
  })
  try {
    while (kills < times) {
      await ledger.passTime(2)
      const life = crowd.live()
      await life.answers(Math.random() * maxAnswers)
      await node.kill()
      kills += 1
      await life.stop()
      node = await startNode(settings)
      const integrity = ledger.integrity()
      if (integrity !== 'ok') wrong.add(`kill ${kills}: the file is damaged: ${integrity}`)
      for (const one of await crowd.check(ledger)) wrong.add(`kill ${kills}: ${one}`)
      if (kills % betweenLines === 0) progress(JSON.stringify({ ...report(), wrong: wrong.size }))
      if (wrong.size > 0) break
    }
    return report()
  } finally {
    await node.stop()
    await folder.remove()
  }
}
