// A theft, and how it went: judged by when the last token was granted.
import { spans } from '../faults.ts'
import { fingerprintOf, type Jar, type Token, tokenName } from '../jar.ts'
import { day, hour, minute } from '../policy.ts'
import type { Answer, WireRequest } from '../wire.ts'
import type { World } from '../world.ts'
import type { Hands, Outcome, Thief } from './thief.ts'

export type Theft = {
  readonly stolenAt: number
  /** When he was last given a token, or used the one that he took. */
  readonly lastAt: number
  readonly grants: number
  /** How often the owner came between the theft and the last grant, and between the theft and the end. */
  readonly visits: number
  readonly allVisits: number
  readonly end: 'found' | 'dead token' | 'gave up' | 'session ended' | 'horizon'
  readonly endedAt: number
}

/** A token so many generations old is refused for good: the world need not go on. */
const hopeless = 3

/** Begins to look for a moment to steal in; gives how it went, once the world has run. Null: no moment came. */
export function trial(world: World, thief: Thief): () => Theft | null {
  const { timeline, browser, server, witness, story } = world
  const chance = world.chanceOf('thief')
  let stolen: { at: number; visits: number; grants: number; newest: number; sessionId: string } | null = null
  let last = { at: 0, visits: 0 }
  let ending: { how: Theft['end']; at: number } | null = null

  const granted = () => {
    last = { at: timeline.now(), visits: witness.visits }
  }
  const end = (how: Theft['end']) => {
    ending ??= { how, at: timeline.now() }
    story.tell(() => `the thief is out: ${how}`)
    timeline.stop()
  }
  witness.onEnd((sessionId, reason) => {
    if (sessionId === stolen?.sessionId) end(reason === 'reuse' ? 'found' : 'session ended')
  })

  const send = (request: Omit<WireRequest, 'from'>): Promise<Answer> =>
    new Promise((resolve) => {
      timeline.after(chance.between(spans.thief), () =>
        server.handle({ ...request, from: 'thief' }, (answer) =>
          timeline.after(chance.between(spans.thief), () => resolve(answer ?? { status: 503 })),
        ),
      )
    })
  const post = (path: string, token: Token, body: WireRequest['body']) =>
    send({
      path,
      jar: { access: null, refresh: { ...token, until: Number.POSITIVE_INFINITY }, csrf: '' },
      csrf: token.sessionId,
      body,
    })

  const hands: Hands = {
    chance,
    now: timeline.now,
    pause: timeline.pause,
    steal() {
      const jar = browser.jar()
      if (stolen && jar.refresh) stolen.newest = Math.max(stolen.newest, jar.refresh.generation)
      return jar
    },
    async refresh(token, { retry = false, settled = false } = {}): Promise<Outcome> {
      const fingerprint = fingerprintOf(token)
      const { status, set } = await post('/refresh', token, {
        ...(retry && { retry: fingerprint }),
        ...(settled && { settled: fingerprint }),
      })
      if (!stolen) return { granted: false, refused: false, token }
      if (status !== 200) {
        const row = server.find(token.sessionId)
        if (row && row.generation >= stolen.newest + hopeless) end('dead token')
        return { granted: false, refused: status < 500, token }
      }
      const issued = typeof set === 'object' ? set.refresh : undefined
      granted()
      stolen.grants += 1
      if (issued) stolen.newest = Math.max(stolen.newest, issued.generation)
      story.tell(() => `    THE THIEF is granted ${issued ? tokenName(issued) : 'an access token'}`)
      return { granted: true, refused: false, token: issued ?? token }
    },
    async ack(token, settled) {
      await post('/ack', token, settled ? { settled: fingerprintOf(token) } : {})
    },
    async use(access) {
      const { status } = await send({ path: '/things', jar: { access, refresh: null, csrf: '' }, csrf: '', body: {} })
      if (status === 200) granted()
      return status === 200
    },
    ownerRotates: () =>
      new Promise((go) => {
        const stop = witness.onIssue(() => {
          stop()
          go()
        })
      }),
  }

  const lie = async () => {
    await timeline.pause(chance.between([day / 4, day]))
    let jar: Jar = browser.jar()
    while (!isTheMoment() || !jar.refresh || !server.isLive(jar.refresh.sessionId)) {
      await timeline.pause(thief.moment === 'sleep' ? minute : chance.around(hour / 4))
      jar = browser.jar()
    }
    const { sessionId, generation } = jar.refresh
    stolen = { at: timeline.now(), visits: witness.visits, grants: 0, newest: generation, sessionId }
    granted()
    witness.seesTheft()
    story.tell(() => `A THIEF copies the jar, with ${tokenName(jar.refresh!)}`)
    await thief.act(hands, jar.refresh, jar)
    end('gave up')
  }
  const isTheMoment = () => (thief.moment === 'sleep' ? browser.isAsleep() : browser.isRunning() && !browser.isAsleep())
  void lie()

  return () =>
    stolen && {
      stolenAt: stolen.at,
      lastAt: last.at,
      grants: stolen.grants,
      visits: last.visits - stolen.visits,
      allVisits: witness.visits - stolen.visits,
      end: ending?.how ?? 'horizon',
      endedAt: ending?.at ?? timeline.now(),
    }
}
