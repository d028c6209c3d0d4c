// The MAC keys, as each node knows them. A roll reaches one node after the other.
import type { Chance } from './chance.ts'
import { type Faults, spans } from './faults.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'

/** `clockOff`: how far its clock is ahead. It counts where a node checks access tokens by itself. */
export type Node = { readonly name: string; readonly clockOff: number; newest: string; readonly known: Set<string> }

type Deps = { timeline: Timeline; chance: Chance; story: Story; faults: Faults }

export function createNodes({ timeline, chance, story, faults }: Deps) {
  const nodes: Node[] = ['A', 'B', 'C'].map((name) => ({
    name,
    clockOff: chance.happens(faults.nodeClockOff) ? chance.between(spans.clockOff) : 0,
    newest: 'k1',
    known: new Set(['k1']),
  }))
  let count = 1

  return {
    any: (): Node => chance.pick(nodes),
    /** Each node learns the new key, then uses it; a hasty roll uses it at once. Old keys stay. */
    roll() {
      const key = `k${++count}`
      const hasty = chance.happens(faults.hastyKeyRoll)
      story.tell(() => `the MAC keys roll to ${key}${hasty ? ', hastily' : ''}`)
      for (const node of nodes) {
        const learns = chance.between(spans.keyRoll)
        const uses = hasty ? learns : spans.keyRoll[1] + chance.between(spans.keyRoll)
        timeline.after(learns, () => node.known.add(key))
        timeline.after(uses, () => {
          node.newest = key
        })
      }
    },
  }
}
