// Somebody who has the password guesses codes until they are closed to strangers (S-11): the owner hears of it, and opens them again.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPasskey, signInWithPasskey } from '../passkeys/people.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { letterTo } from '../support/mail.ts'
import { openSite, type Site } from '../support/site.ts'
import { addApp, codeAt, stepMs } from '../support/totp.ts'
import type { Visitor } from '../support/visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite('embedded', { limits: { rules: { change: null, signInBurst: null, secondFactor: null } } })
})
afterAll(() => site?.close())

const someone = async (email: string) => {
  const home = site.visitor()
  await home.signUp(email)
  const authenticator = createAuthenticator(site.publicUrl)
  expect((await addPasskey(home, authenticator)).status).toBe(201)
  const { secret } = await addApp(home, site.now())
  site.move(stepMs)
  return { email, home, authenticator, secret }
}
type Someone = Awaited<ReturnType<typeof someone>>

const waiting = async ({ email }: Someone): Promise<Visitor> => {
  const who = site.visitor()
  expect((await who.signIn(email)).body.next).toBe('second_factor')
  return who
}
const pass = (who: Visitor, code: string) => who.post('/api/auth/second-factor', { method: 'totp', code })
const byCode = async (person: Someone, secret = person.secret) => {
  site.move(stepMs)
  return (await pass(await waiting(person), codeAt(secret, site.now()))).status
}
/** A hundred guesses, and one that is refused as the account is closed to them. */
const guess = async (person: Someone): Promise<void> => {
  const right = [-1, 0, 1].map((steps) => codeAt(person.secret, site.now() + steps * stepMs))
  const wrong = ['111111', '222222', '333333', '444444'].find((code) => !right.includes(code)) as string
  for (let round = 0; round < 20; round += 1) {
    const who = await waiting(person)
    const replies = await Promise.all(Array.from({ length: 5 }, () => pass(who, wrong)))
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
  }
  expect((await pass(await waiting(person), wrong)).status).toBe(429)
}
const told = (to: string) =>
  (site.vigile.mailbox() ?? []).filter((letter) => letter.to === to && letter.text.includes('A hundred codes')).length

test('S-11 S-16 a hundred wrong codes after the right password: the owner is told once, and whoever it was is ended by that letter', async () => {
  const person = await someone('guessed@example.com')
  await guess(person)
  const { text } = await letterTo([site.vigile], person.email, 'A hundred codes')
  expect(await byCode(person)).toBe(429)
  await person.home.post('/api/auth/password/forgot', { email: person.email })
  await letterTo([site.vigile], person.email, '/reset-password#')
  expect(told(person.email)).toBe(1)
  const token = /not-me#([\w-]{43})/.exec(text)?.[1]
  const late = await waiting(person)
  expect((await site.visitor().post('/api/auth/not-me', { token })).status).toBe(200)
  expect((await late.get('/api/auth/second-factor')).status).toBe(401)
  expect((await late.signIn(person.email)).status).toBe(401)
})

test('S-11 LIM-7 a passkey opens codes again, alone and as the second factor; so does a new app', async () => {
  const person = await someone('opens-again@example.com')
  await guess(person)
  expect(await byCode(person)).toBe(429)
  expect((await signInWithPasskey(site.visitor(), person.authenticator)).status).toBe(200)
  expect(await byCode(person)).toBe(200)

  await guess(person)
  const who = await waiting(person)
  const response = person.authenticator.get((await who.post('/api/auth/second-factor/passkey')).body)
  expect((await who.post('/api/auth/second-factor', { method: 'passkey', response })).status).toBe(200)
  expect(await byCode(person)).toBe(200)

  await guess(person)
  expect((await signInWithPasskey(person.home, person.authenticator)).status).toBe(200)
  await guess(person)
  const app = await addApp(person.home, site.now())
  expect(await byCode(person, app.secret)).toBe(200)
})
