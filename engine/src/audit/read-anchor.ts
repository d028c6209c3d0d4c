// An anchor, read to compare the log with it.
import type { Keyring } from '../keys/keyring.ts'
import { parseAnchorLine } from './anchor.ts'
import type { FaultList } from './faults.ts'
import { openSigned } from './signed.ts'

/** Checkpoints of one a minute over two years. */
const maxCheckpoints = 1_000_000

export type ReadAnchor = {
  /** The newest checkpoint that it holds; position 0 where it holds none. */
  readonly newest: { readonly position: number; readonly at: number }
  /** Whether the entry at this position is the one that the anchor saw there. */
  compare(entry: { readonly position: number; readonly hash: string }, faults: FaultList): void
  compared(): number
}

/**
 * What a line says counts, whether or not its secret is still known: the anchor is not the database. A signature that is wrong
 * is a fault of the anchor.
 */
export const readAnchor = async (
  { keyring }: { readonly keyring: Pick<Keyring, 'find'> },
  lines: AsyncIterable<string> | Iterable<string>,
  faults: FaultList,
): Promise<ReadAnchor> => {
  const hashes = new Map<number, string>()
  let newest = { position: 0, at: 0 }
  for await (const line of lines) {
    const signed = parseAnchorLine(line)
    if (!signed) continue
    const opened = await openSigned(keyring, 'checkpoint', signed)
    const said = opened.ok ? opened.value : opened.error === 'unknown_key' ? opened.claimed : null
    const known = said && hashes.get(said.position)
    if (!said || (known !== undefined && known !== said.hash)) {
      faults.add({ kind: 'anchor_forged', ...(said && { position: said.position }) })
      continue
    }
    if (hashes.size === maxCheckpoints)
      throw new RangeError(`The anchor has over ${maxCheckpoints} checkpoints: give a part of it`)
    hashes.set(said.position, said.hash)
    if (said.position > newest.position) newest = { position: said.position, at: said.at }
  }
  let compared = 0
  return {
    newest,
    compare: ({ position, hash }, found) => {
      const anchored = hashes.get(position)
      if (anchored === undefined) return
      compared += 1
      if (anchored !== hash) found.add({ kind: 'anchor_mismatch', position })
    },
    compared: () => compared,
  }
}
