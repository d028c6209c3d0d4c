// A lock for pages without Web Locks (not a secure context, an old browser): who wants it asks the other tabs.
import type { Channel, Locks, Ports } from './ports.ts'

/** How long the others have to object. A tab that is too busy to answer loses its turn: the protocol tolerates two at once. */
const objectionMs = 100

type Candidate = { id: string; holds: boolean; refused: boolean }
type Message = { wants?: string; no?: string }

/**
 * A candidate announces itself, and holds the lock if nobody objects. The holder objects, and so does whoever asked earlier. A frozen
 * tab can't object, so it blocks nobody.
 */
export function electionLocks(ports: Pick<Ports, 'wall' | 'random' | 'timer'>, channel: Channel): Locks {
  const candidates = new Set<Candidate>()

  const hear = (message: unknown) => {
    const { wants, no } = message as Message
    for (const each of candidates) {
      if (each.id === no) each.refused = true
      if (!wants || each.id === wants) continue
      if (each.holds || each.id < wants) say({ no: wants })
      // It asked before this tab listened, so it will not hear of this candidate.
      else each.refused = true
    }
  }
  const say = (message: Message) => {
    channel.post(message)
    // A channel doesn't speak to its own tab.
    hear(message)
  }

  return {
    async request(_name, { signal, steal }, work) {
      // A listener for each candidate: one set is one entry, and the first to leave would deafen the others.
      const unlisten = channel.listen((message) => hear(message))
      const me: Candidate = { id: ports.wall().toString(36) + ports.random(), holds: false, refused: false }
      candidates.add(me)
      try {
        do {
          signal?.throwIfAborted()
          me.refused = false
          say({ wants: me.id })
          await new Promise<void>((go) => ports.timer(objectionMs, go))
        } while (me.refused && !steal)
        me.holds = true
        return await work()
      } finally {
        candidates.delete(me)
        unlisten()
      }
    },
  }
}
