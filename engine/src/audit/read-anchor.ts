// An anchor, read to compare the log with it.
import type { Keyring } from '../keys/keyring.ts'
import { parseAnchorLine } from './anchor.ts'
import type { FaultList } from './faults.ts'
import { openSigned } from './signed.ts'

/** Checkpoints of one a minute over two years. */
const maxCheckpoints = 1_000_000

/** The database was set back to a backup whose log ended at this position. */
export type Restore = { readonly at: number; readonly position: number }

type Said = {
  readonly position: number
  readonly hash: string
  readonly at: number
  readonly previous: number
  /** Signed under a secret that is known. */
  readonly isOurs: boolean
}

export type ReadAnchor = {
  /** Lines that are no checkpoint. */
  readonly unreadable: number
  /** Whether the entry at this position is the one that the anchor saw there. */
  compare(entry: { readonly position: number; readonly hash: string }): void
  /**
   * The newest checkpoint (position 0: there is none), how many were compared, and where the log differs. A restore accounts for what
   * the anchor saw before it beyond the end of the backup; nothing else does.
   */
  conclude(restores: readonly Restore[]): {
    readonly position: number
    readonly at: number
    readonly compared: number
    readonly differing: readonly number[]
  }
}

/**
 * What a line says counts, whether or not its secret is still known: the anchor is not the database. But only what is signed under a
 * known one shows that this is an anchor of ours, and how far it reaches. Faults of the anchor: a signature that is wrong, and a
 * checkpoint that was left out; each names the one before it.
 */
export const readAnchor = async (
  { keyring }: { readonly keyring: Pick<Keyring, 'find'> },
  lines: AsyncIterable<string> | Iterable<string>,
  faults: FaultList,
): Promise<ReadAnchor> => {
  // Several of one position: after a restore, another entry stands where one was.
  const all = new Map<string, Said>()
  let unreadable = 0
  for await (const line of lines) {
    const signed = parseAnchorLine(line)
    if (!signed) {
      if (line.trim() !== '') unreadable += 1
      continue
    }
    const opened = await openSigned(keyring, 'checkpoint', signed)
    const said = opened.ok ? opened.value : opened.error === 'unknown_key' ? opened.claimed : null
    if (!said) {
      faults.add({ kind: 'anchor_forged' })
      continue
    }
    if (all.size === maxCheckpoints)
      throw new RangeError(`The anchor has over ${maxCheckpoints} checkpoints: give a part of it`)
    const { position, hash, previous, at } = said
    all.set(`${position} ${hash}`, { position, hash, previous, at, isOurs: opened.ok })
  }
  const at = Map.groupBy(all.values(), ({ position }) => position)
  const positions = [...at.keys()].sort((one, other) => one - other)
  const missing = [...all.values()].filter(({ position, previous }) => position !== positions[0] && !at.has(previous))
  for (const { previous } of missing) faults.add({ kind: 'anchor_gap', position: previous })
  const met: { readonly said: Said; readonly isEqual: boolean }[] = []
  return {
    unreadable,
    compare: ({ position, hash }) => {
      for (const said of at.get(position) ?? []) met.push({ said, isEqual: said.hash === hash })
    },
    conclude: (restores) => {
      const counts = (said: Said) => !restores.some((one) => said.position > one.position && said.at <= one.at)
      const compared = met.filter(({ said, isEqual }) => isEqual || counts(said))
      let newest = { position: 0, at: 0 }
      for (const said of all.values()) if (said.isOurs && said.position > newest.position && counts(said)) newest = said
      return {
        position: newest.position,
        at: newest.at,
        compared: compared.filter(({ said }) => said.isOurs).length,
        differing: compared.flatMap(({ said, isEqual }) => (isEqual ? [] : [said.position])),
      }
    },
  }
}
