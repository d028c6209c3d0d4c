// A site whose parts may fail, with people who are signed in. Every answer is held against what no fault may ever cause.
import type { Vigile } from '@vigile/engine'
import { expect } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import { createVisitor, type Reply, type Visitor } from '../support/visitor.ts'
import type { Ground } from './faults.ts'

export type Person = Visitor & { readonly email: string; readonly sessionId: string }

export type Scene = {
  readonly site: DocumentedSite
  /** Another node; null on the embedded database. */
  readonly other: Vigile | null
  visitor(): Visitor
  /** Signed in, and due for a rotation once all are there (`rotationDue`). */
  person(acked: boolean): Promise<Person>
  rotationDue(): void
  /** The same browser, at the other node. Its answers are not watched. */
  atOther(visitor: Visitor): Visitor
  /** The same browser's cookies in other hands, at this node. Its answers are not watched. */
  stolen(visitor: Visitor): Visitor
  /** Answers that no fault may cause, so far. */
  readonly wrong: readonly string[]
  close(): Promise<void>
}

/** Refreshes with one token, before they are too many. */
export const refreshLimit = 5

export const openScene = async (ground: Pick<Ground, 'kind' | 'options'>): Promise<Scene> => {
  const rules = { refreshToken: { limit: refreshLimit, windowSeconds: 900 } }
  const site = await openDocumentedSite(ground.kind, { ...ground.options, limits: { rules } })
  const other = ground.kind === 'embedded' ? null : await site.node({ sessions: {}, pool: {} })
  const wrong: string[] = []
  const watched: Vigile = {
    ...site.vigile,
    fetch: async (request, peer) => {
      const reply = await site.vigile.fetch(request, peer)
      const said = `${request.method} ${new URL(request.url).pathname}: ${reply.status}`
      // Nobody here has lost a session, so nobody may be told so.
      if (reply.status === 401 || reply.status === 500) wrong.push(`${said} ${await reply.clone().text()}`)
      if (reply.status !== 503) return reply
      if (!(Number(reply.headers.get('retry-after')) > 0)) wrong.push(`${said} without Retry-After`)
      if (reply.headers.getSetCookie().length > 0) wrong.push(`${said} with cookies`)
      return reply
    },
  }
  let people = 0
  const visitorOf = (vigile: Vigile) => {
    people += 1
    const { publicUrl, now } = site
    const address = `203.0.${Math.floor(people / 250)}.${(people % 250) + 1}`
    return createVisitor({ vigile: () => vigile, publicUrl, now, address })
  }
  const copyAt = (vigile: Vigile, from: Visitor) => {
    const copy = visitorOf(vigile)
    copy.jar.restore(from.jar.snapshot())
    return copy
  }
  const visitor = () => visitorOf(watched)
  return {
    site,
    other,
    visitor,
    person: async (acked) => {
      const one = visitor()
      // At the patient node where there is one; and anew where a busy machine refuses all the same.
      for (let tries = 1; ; tries += 1) {
        const elsewhere = other === null ? one : visitorOf(other)
        const email = `someone${people}@example.com`
        const { status, body } = await elsewhere.signUp(email)
        if (status === 503 && tries < 5) continue
        expect(status).toBe(201)
        if (acked) await soon(() => elsewhere.ack({ settled: body.fingerprint }))
        one.jar.restore(elsewhere.jar.snapshot())
        return { ...one, email, sessionId: body.session.id }
      }
    },
    rotationDue: () => site.move(61_000),
    atOther: (from) => copyAt(other as Vigile, from),
    stolen: (from) => copyAt(site.vigile, from),
    wrong,
    close: () => site.close(),
  }
}

export const statusesOf = async (asked: readonly Promise<Reply>[]): Promise<readonly number[]> =>
  (await Promise.all(asked)).map(({ status }) => status)

/** Asks until it is done. In between there is nothing but 503. */
export const soon = async (ask: () => Promise<Reply>): Promise<Reply> => {
  const until = Date.now() + 40_000
  for (;;) {
    const reply = await ask()
    if (reply.status < 300) return reply
    expect(reply.status).toBe(503)
    expect(Date.now(), 'it did not come back in 40 s').toBeLessThan(until)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
