// Who sees everything, and counts: refreshes, and logouts that nobody asked for.
import type { SessionEndReason } from '@vigile/contract'
import type { Decision } from '../../engine/src/sessions/rotation.ts'
import { minute, policy } from './policy.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'
import type { Sender } from './wire.ts'

export type Logout = { readonly at: number; readonly why: string }

export type Witness = ReturnType<typeof createWitness>

/** From sign-in to the end, whatever sessions lie between. */
type Episode = {
  sessionId: string
  /** When each session was first seen in the browser. */
  readonly begun: Map<string, number>
  /** When an answer last brought a token. */
  served: number
  lostToCrash: boolean
  /** A crash put the jar back by two generations, with an hour's sleep between them. */
  lostToSleep: boolean
  /** What the jar holds is older than what it held, by a late answer that no client could have refused. */
  overwritten: boolean
}

const absoluteMs = policy.absoluteSeconds * 1000
/** Idle counts from the last rotation, which a visit may lie some minutes after. */
const idleMs = policy.idleSeconds * 1000 - 60 * minute
/** So long may every request be refused to a signed-in owner who keeps asking, before he counts as shut out. */
const shutOutMs = 20 * minute
const keepsAskingMs = 5 * minute

export function createWitness({ now }: Pick<Timeline, 'now'>, story: Story) {
  let episode: Episode | null = null
  let refused: { since: number; last: number } | null = null
  const rows: Record<string, number> = {}
  const spurious: Logout[] = []
  /** Printed in PROTOCOL.md as impossible to prevent. */
  const printed: Logout[] = []
  const issueListeners = new Set<() => void>()
  const endListeners = new Set<(sessionId: string, reason: SessionEndReason) => void>()
  let refreshes = 0
  let revokedBy = 0
  const requests = { answered: 0, refused: 0 }
  let signIns = 0
  let theftAbout = false

  /** What ends rightly, and what PROTOCOL.md prints as impossible to prevent. Null: for nothing. */
  const reasonFor = (ending: Episode): [right: boolean, words: string] | null => {
    const { begun, sessionId, served, lostToCrash, lostToSleep, overwritten } = ending
    if (now() >= (begun.get(sessionId) ?? now()) + absoluteMs - minute) return [true, 'at its absolute end']
    if (now() >= served + idleMs) return [true, 'idle for too long']
    if (lostToCrash) return [false, 'a crash took the new session with it']
    if (lostToSleep) return [false, "a crash took two rotations with an hour's sleep between them"]
    if (overwritten) return [false, 'a late answer outside the client overwrote a newer token']
    return null
  }

  const tokenCame = (to: Episode) => {
    to.served = now()
    to.lostToCrash = false
    to.lostToSleep = false
  }

  const over = (why: string) => {
    if (!episode) return
    const reason = reasonFor(episode)
    episode = null
    refused = null
    if (theftAbout) return story.tell(() => `*** logged out, by a theft: ${why}`)
    const [right, words] = reason ?? [false, why]
    if (!right) (reason ? printed : spurious).push({ at: now(), why: words })
    story.tell(() => `*** ${reason ? `logged out: ${words}` : `LOGGED OUT FOR NOTHING: ${why}`}`)
  }

  return {
    visits: 0,
    rows,
    requests,
    spurious,
    printed,
    refreshes: () => refreshes,
    signIns: () => signIns,
    isSignedIn: () => episode !== null,

    /** Of the server: what was decided, what was handed out, what ended. */
    decided(from: Sender, decision: Decision) {
      if (decision.action === 'revoke') revokedBy = decision.row
      if (from === 'thief' || decision.action === 'ended') return
      refreshes += 1
      rows[decision.row] = (rows[decision.row] ?? 0) + 1
    },
    issued(from: Sender, sessionId: string) {
      if (from !== 'thief' && sessionId === episode?.sessionId) for (const tell of issueListeners) tell()
    },
    ended(sessionId: string, reason: SessionEndReason) {
      story.tell(() => `        ${sessionId} is over: ${reason}`)
      for (const tell of endListeners) tell(sessionId, reason)
      if (reason === 'reuse' && sessionId === episode?.sessionId)
        over(`row ${revokedBy} took honest requests for theft`)
    },

    /** Of the browser: a refresh cookie landed, an access token came, cookies were lost in a crash. */
    landed(sessionId: string, overwrites: boolean) {
      if (!episode) return
      episode.overwritten = overwrites
      if (!overwrites) episode.sessionId = sessionId
      if (!episode.begun.has(sessionId)) episode.begun.set(sessionId, now())
      tokenCame(episode)
    },
    served() {
      if (episode) tokenCame(episode)
    },
    crashed(sessionId: string | undefined, afterSleep: boolean) {
      if (!episode) return
      episode.overwritten = false
      episode.lostToSleep = afterSleep
      if (episode.sessionId !== sessionId) episode.lostToCrash = true
    },

    /** Of the person: signed in, left, was told that it is over, was refused or served. */
    signedIn(sessionId: string) {
      signIns += 1
      const begun = new Map([[sessionId, now()]])
      episode = { sessionId, begun, served: now(), lostToCrash: false, lostToSleep: false, overwritten: false }
      refused = null
    },
    /** From now on logouts prove nothing. */
    seesTheft() {
      theftAbout = true
    },
    leaves() {
      episode = null
    },
    told(reason: SessionEndReason) {
      over(`the page says that the session is over (${reason})`)
    },
    answered(status: number, stillLive: boolean) {
      if (!episode) return
      if (status === 401 && !stillLive) return over('requests are refused, and there is no session any more')
      requests[status === 401 ? 'refused' : 'answered'] += 1
      if (status !== 401) refused = null
      else if (!refused || now() - refused.last > keepsAskingMs) refused = { since: now(), last: now() }
      else refused.last = now()
      if (refused && refused.last - refused.since > shutOutMs) over('the session lives, but every request is refused')
    },

    onIssue(tell: () => void) {
      issueListeners.add(tell)
      return () => void issueListeners.delete(tell)
    },
    onEnd(tell: (sessionId: string, reason: SessionEndReason) => void) {
      endListeners.add(tell)
    },
  }
}
