// The MAC keys of this node. Every node must know a new key before any node uses it (TOK-9).
import { hostname } from 'node:os'
import type { Clock } from '../primitives/clock.ts'
import { createDeadline } from '../primitives/deadline.ts'
import type { Log } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { type DerivedKeys, deriveKeys } from './derive.ts'
import { maxSecrets } from './secret-strength.ts'
import type { KeyStore } from './store.ts'

/** A node that said nothing for so long is gone. */
const nodeLifeMs = 30_000
/** Secrets are read again for an unknown key id at most this often, so that forged ids cost nothing. */
const rereadEveryMs = 1_000

export type Keyring = {
  /** The key of this id; reads the secrets again where it is not known. Null: this node does not know it (yet). */
  find(id: string): Promise<DerivedKeys | null>
  /** Of every key that this node knows. */
  ids(): readonly string[]
  /** The newest key that every live node knows: the one to use. */
  newest(): DerivedKeys
  /**
   * Tells the other nodes which keys this one knows, and learns theirs. Called at start and every few seconds. `write` does the
   * telling, and may live with its failure.
   */
  report(write?: (tell: () => Promise<void>) => Promise<void>): Promise<void>
  /** The telling alone: a small write, which also shows that the database takes writes. */
  tell(): Promise<void>
  /** The learning alone: a command is no node, and uses what every node knows all the same. */
  learn(): Promise<void>
  /** This node ends: the others wait for it no longer. Never rejects, and never waits long. */
  leave(): Promise<void>
  reload(): Promise<void>
}

/** Where secrets come from may hang; no request waits longer for it. */
const readWithinMs = 5_000
/** The end of a node waits so long for a database that may be away. */
const leaveWithinMs = 2_000

const inTime = async <Value>(work: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UnavailableError('the secrets could not be read in time')), readWithinMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** The first of `own` (newest first) that every node lists; the newest where no key is common to all. */
export const chooseNewest = (
  own: readonly DerivedKeys[],
  nodes: readonly { readonly keyIds: readonly string[] }[],
): DerivedKeys | undefined => own.find((key) => nodes.every((node) => node.keyIds.includes(key.id))) ?? own[0]

/** The nodes that spoke lately. One that is to speak in a while died while the clock was ahead: it is none. */
export const listLiveNodes = (keys: Pick<KeyStore, 'listNodes'>, now: number): ReturnType<KeyStore['listNodes']> =>
  keys.listNodes(now - nodeLifeMs, now + nodeLifeMs)

export const createKeyring = (deps: {
  readonly readSecrets: () => Promise<readonly string[]>
  readonly keys: KeyStore
  readonly clock: Clock
  readonly log: Log
}): Keyring => {
  const { log } = deps
  // Who reads a log, or the doctor, finds the machine by it.
  const node = `${hostname()}:${process.pid}:${randomToken(8)}`
  let own: readonly DerivedKeys[] = []
  let newest: DerivedKeys | undefined
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined

  const read = async () => {
    readAt = performance.now()
    const secrets = await inTime(deps.readSecrets())
    own = secrets.slice(0, maxSecrets).map(deriveKeys)
    if (newest && !own.some((key) => key.id === newest?.id)) newest = undefined
  }

  const reload = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  /** Where the secrets can't be read for now, the keys already known go on serving. */
  const reloadOrKeep = async () => {
    try {
      await reload()
    } catch (error) {
      if (own.length === 0) throw error
      log.error({ err: error }, 'the secrets could not be read again')
    }
  }

  const ids = () => own.map((key) => key.id)
  let hasLeft = false
  const tell = async () => {
    if (hasLeft) return
    const now = deps.clock.now()
    await deps.keys.reportNode({
      id: node,
      keyIds: ids(),
      now,
      forgetBefore: now - 10 * nodeLifeMs,
      forgetAfter: now + nodeLifeMs,
    })
  }

  const learn = async () => {
    const nodes = await listLiveNodes(deps.keys, deps.clock.now())
    newest = chooseNewest(own, nodes)
    if (newest && newest.id !== own[0]?.id) {
      const waitsFor = nodes.filter(({ keyIds }) => !keyIds.includes(own[0]?.id ?? '')).map(({ id }) => id)
      log.info({ key: newest.id, newest: own[0]?.id, waitsFor }, 'a newer secret waits until every node knows it')
    }
  }

  const known = (id: string) => own.find((key) => key.id === id) ?? null

  return {
    reload,
    tell,
    find: async (id) => {
      const key = known(id)
      if (key || (!reading && performance.now() - readAt < rereadEveryMs)) return key
      await reloadOrKeep()
      return known(id)
    },
    ids,
    newest: () => {
      const key = newest ?? own[0]
      if (!key) throw new UnavailableError('no secret has been read yet')
      return key
    },
    report: async (write = (told) => told()) => {
      await reloadOrKeep()
      await write(tell)
      await learn()
    },
    learn,
    leave: async () => {
      hasLeft = true
      await createDeadline(leaveWithinMs)
        .bound(() => deps.keys.forgetNode(node))
        .catch((error: unknown) =>
          log.warn({ err: error }, 'the other nodes wait for this one for another half minute'),
        )
    },
  }
}
