// A request whose body comes late: what its session may do is decided when it is done, not when its first byte came.
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'

/** A body that is on its way until it is let go. */
const lateBody = (content: unknown) => {
  const gate = Promise.withResolvers<void>()
  let asked = false
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        asked = true
        await gate.promise
        controller.enqueue(new TextEncoder().encode(JSON.stringify(content)))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  const waited = async () => {
    while (!asked) await setImmediate()
  }
  return { stream, waited, arrive: gate.resolve }
}

describe.each(storeKinds)('a stolen session that is ended while a body of its request is on the way, on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(async () => {
    await site?.close()
  })

  test.each([
    [
      'changes no password',
      '/api/auth/password/change',
      { currentPassword: goodPassword, newPassword: 'other-harbour-lantern-43' },
    ],
    ['ends no other session', '/api/auth/logout-all', {}],
  ])('TOK-5 H-9 %s', async (what, path, content) => {
    const email = `${what.replaceAll(' ', '-')}@example.com`
    const thief = site.visitor()
    await thief.signUp(email)
    const owner = site.visitor()
    await owner.signIn(email)

    const late = lateBody(content)
    const answered = thief.post(path, undefined, { raw: late.stream })
    await late.waited()
    const { sessions } = (await owner.get('/api/auth/sessions')).body
    const stolen = sessions.find((session: { current: boolean }) => !session.current)
    const ended = await owner.send('DELETE', `/api/auth/sessions/${stolen.id}`)
    expect(ended.status).toBe(204)
    late.arrive()

    expect((await answered).status).toBe(401)
    expect((await owner.me()).status).toBe(200)
    expect((await site.visitor().signIn(email)).status).toBe(200)
  })
})
