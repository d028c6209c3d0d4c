// Who did it and whom it concerns: what somebody did to others is found by who they are, and a deletion takes out what tells of the
// person who is deleted, and of nobody else.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Member, member } from '../administration/people.ts'
import { by, permissions, roles } from '../roles/scene.ts'
import { storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'
import { type AuditedSite, openAuditedSite } from './log.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: AuditedSite
  let admin: Member
  let person: Member
  beforeAll(async () => {
    site = await openAuditedSite(kind, { permissions, roles: { ...roles, admin: [...roles.admin, 'audit:read'] } })
    await site.vigile.roles.seed(by)
  })
  afterAll(() => site?.close())
  beforeEach(async () => {
    ;[admin, person] = [await member(site, 'admin'), await member(site)]
  })

  const acts = ['end-sessions', 'disable', 'enable']
  const act = async () => {
    for (const what of acts)
      expect((await admin.visitor.post(`/api/admin/users/${person.id}/${what}`, {})).status).toBeLessThan(300)
  }
  const remove = async (who: Member, whom: Member) =>
    expect((await who.visitor.send('DELETE', `/api/admin/users/${whom.id}`, { body: {} })).status).toBe(204)
  const entries = async (filter: object) => (await site.vigile.audit.search({ ...filter, limit: 200 })).entries

  test('AUD-2 S-90 an administrator who deletes an account does not wipe from where they acted on it', async () => {
    await act()
    await remove(admin, person)
    const found = await entries({ actorId: admin.id })
    expect(found.map(({ action }) => action).sort()).toEqual(
      ['session:end', 'user:delete', 'user:disable', 'user:enable'].sort(),
    )
    for (const entry of found)
      expect(entry).toMatchObject({ userId: person.id, ip: admin.visitor.address, userAgent: expect.any(String) })
    expect(await entries({ ip: person.visitor.address })).toEqual([])
    expect(await site.faults()).toEqual([])
  })

  test('ACC-7 with an administrator goes from where they acted on others; what they did is still found', async () => {
    await act()
    const other = await member(site, 'admin')
    await other.visitor.post(`/api/admin/users/${admin.id}/end-sessions`, {})
    await remove(other, admin)
    expect(await entries({ ip: admin.visitor.address })).toEqual([])
    expect((await entries({ actorId: admin.id })).length).toBeGreaterThanOrEqual(acts.length)
    expect((await entries({ actorId: other.id, userId: admin.id })).map(({ ip }) => ip)).toEqual(
      expect.arrayContaining([other.visitor.address]),
    )
    expect(await site.faults()).toEqual([])
  })

  test('AUD-4 what an administrator did is found by who they are, over HTTP and in a file', async () => {
    await act()
    const { body } = await admin.visitor.get(`/api/admin/audit?by=${admin.id}`)
    const actions = body.entries.map((entry: { action: string; actorId: string }) => [entry.actorId, entry.action])
    expect(actions).toEqual(
      expect.arrayContaining([
        [admin.id, 'user:disable'],
        [admin.id, 'audit:read'],
      ]),
    )
    const { text } = await admin.visitor.get(`/api/admin/audit/export?by=${admin.id}&action=user:enable`)
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ userId: person.id, actorId: admin.id })
  })

  test('ACC-7 S-90 attack: who has the log and tries emails does not find whose a deleted account was', async () => {
    const email = `tried-${kind === 'embedded' ? 1 : 2}@example.com`
    await site.visitor().signIn(email, 'before-there-was-an-account')
    const id = (await site.visitor().signUp(email)).body.user.id
    for (let times = 0; times < 11; times += 1) await site.visitor().signIn(email, 'not-the-password-at-all')
    const [block] = (await site.vigile.limits.list({ who: email })).blocks
    expect(await site.vigile.limits.lift(block?.id ?? '', by)).toMatchObject({ ok: true })
    await site.vigile.users.delete(id, by)
    const log = JSON.stringify(await site.raw.run('select * from audit_entries'))
    expect(log).toContain('limit:lift')
    const hash = createHash('sha256').update(`vigile email ${email}`).digest('hex')
    const id16 = createHash('sha256').update(`limit signInAccount ${hash}`).digest('base64url').slice(0, 16)
    for (const trace of [email, hash.slice(0, 16), id16, block?.id]) expect(log).not.toContain(trace)
    expect(await site.faults()).toEqual([])
  })

  test('ACC-7 what an application recorded of a person goes however deep it lies, and the rest stays', async () => {
    const details = { before: { email: 'old@example.com', price: 10 }, people: [{ name: 'Ada' }], reason: 'a wish' }
    await site.vigile.audit.record({ action: 'orders:change', userId: person.id, details })
    const recorded = async () => (await entries({ userId: person.id, action: 'orders:change' }))[0]?.details
    expect(await recorded()).toEqual(details)
    await site.vigile.users.delete(person.id, by)
    expect(await recorded()).toEqual({ before: { price: 10 }, reason: 'a wish' })
    expect(await site.faults()).toEqual([])
  })

  test('AUD-2 S-90 attack: guesses at a claim link and at a link for a new password, and data taken away, are on record', async () => {
    const { visitor } = person
    const token = 'A'.repeat(43)
    expect((await visitor.post('/api/auth/claim', { token })).status).toBe(410)
    expect((await visitor.post('/api/auth/password/reset', { token, password: goodPassword })).status).toBe(410)
    expect((await visitor.post('/api/auth/export', {})).status).toBe(200)
    const found = (await entries({ ip: visitor.address })).map(({ action, userId }) => [action, userId])
    expect(found.slice(0, 3)).toEqual([
      ['user:export', person.id],
      ['user:password-reset:failed', null],
      ['system:claim:failed', person.id],
    ])
  })

  test('AUD-3 the deletion of whom it was done to does not excuse that the doer was wiped', async () => {
    await act()
    await remove(admin, person)
    expect(await site.faults()).toEqual([])
    const wipe = 'update audit_entries set ip = null, user_agent = null, salt = null'
    await site.raw.run(`${wipe} where actor_id = '${admin.id}' and action = 'user:disable'`)
    expect(await site.faults()).toEqual([expect.stringMatching(/^blanked/)])
    // Nor can another be put in their place.
    await site.raw.run(`update audit_entries set actor_id = '${person.id}' where actor_id = '${admin.id}'`)
    expect((await site.faults()).filter((fault) => fault.startsWith('changed')).length).toBeGreaterThan(1)
  })
})
