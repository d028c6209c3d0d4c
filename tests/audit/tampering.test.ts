// Whoever has the database, and not the secret, changes the log. Each attack is one statement or two, as they would be typed.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeKinds } from '../support/site.ts'
import { type AuditedSite, openAuditedSite } from './log.ts'

const columns =
  'id, at, user_id, action, resource, resource_id, details, ip, user_agent, request_id, personal, salt, commitment, mac, position, hash'

describe.each(storeKinds)('%s', (kind) => {
  let site: AuditedSite
  let run: AuditedSite['raw']['run']

  beforeAll(async () => {
    site = await openAuditedSite(kind)
    run = site.raw.run
    await site.fill(12)
    await run(`create table kept as select ${columns} from audit_entries`)
    await run('create table kept_head as select * from audit_head')
  })
  afterAll(() => site.close())

  /** Does the attack, gives what `verify` says of it, and puts everything back. */
  const attack = async (...statements: readonly string[]) => {
    for (const statement of statements) await run(statement)
    const faults = await site.faults()
    await run('delete from audit_entries')
    await run(`insert into audit_entries (${columns}) select ${columns} from kept`)
    await run('delete from audit_head')
    await run('insert into audit_head select * from kept_head')
    expect(await site.faults()).toEqual([])
    return faults
  }

  test('AUD-3 an untouched log is whole, every entry of it sealed and under a signed checkpoint', async () => {
    const report = await site.verify()
    expect(report).toMatchObject({ ok: true, from: 1, to: 12, entries: 12, faults: [], underOldKeys: 0 })
    expect(report.checkpoints).toBe(1)
  })

  test.each([
    ['the act', "action = 'made:good'"],
    ['the time', 'at = at - 1'],
    ['the user', "user_id = 'somebody-else'"],
    ['what it was done to', "resource_id = 'another'"],
    ['the details', `details = '{"a":1}'`],
    ['the address', "ip = '192.0.2.99'"],
    ['the browser', "user_agent = 'another'"],
    ['what tells of a person', `personal = '{"email":"eve@example.com"}'`],
    ['the request', "request_id = 'another'"],
  ])('AUD-3 S-90 an edited entry is found and named: %s', async (_, change) => {
    expect(await attack(`update audit_entries set ${change} where position = 5`)).toEqual(['changed 5'])
  })

  test('AUD-3 an edited entry whose MAC was taken from another one is found', async () => {
    const stolen = "mac = (select mac from kept where position = 7), action = 'made:good'"
    expect(await attack(`update audit_entries set ${stolen} where position = 5`)).toEqual(['changed 5'])
  })

  test('AUD-3 an edited entry that says it is under a key that is gone is found', async () => {
    const gone = "mac = 'AAAAAAAAAAA.' || mac, action = 'made:good'"
    expect(await attack(`update audit_entries set ${gone} where position = 5`)).toEqual(['changed 5'])
  })

  test('AUD-3 a deleted entry is found: from where to where', async () => {
    expect(await attack('delete from audit_entries where position = 5')).toEqual(['missing 5 5'])
    expect(await attack('delete from audit_entries where position between 3 and 6')).toEqual(['missing 3 6'])
    expect(await attack('delete from audit_entries where position = 1')).toEqual(['missing 1 1'])
  })

  test('AUD-3 entries that changed places are found', async () => {
    const swap = [
      'update audit_entries set position = 100 where position = 5',
      'update audit_entries set position = 5 where position = 6',
      'update audit_entries set position = 6 where position = 100',
    ]
    expect(await attack(...swap)).toEqual(['moved 5', 'moved 6', 'moved 7'])
  })

  test('AUD-3 the newest entries cut off are found by the head', async () => {
    expect(await attack('delete from audit_entries where position > 9')).toEqual(['truncated 10 12'])
  })

  test('AUD-3 a head set back to hide that is not believed, and nothing is sealed upon it', async () => {
    const short = `update audit_head set statement = replace(statement, '"position":12', '"position":9')`
    const faults = await attack('delete from audit_entries where position > 9', short)
    expect(faults).toContain('head_forged')
    expect(site.log.filter(({ fields }) => fields.alert === 'audit_head_forged')).not.toEqual([])
  })

  test('AUD-3 a removed head is found, and no new chain is begun over the old entries', async () => {
    expect(await attack('delete from audit_head')).toEqual(['head_missing 12'])
  })

  test('AUD-3 an inserted entry is not sealed, and found: without a MAC, with a made-up one, with that of another', async () => {
    const insert = (id: string, mac: string) =>
      `insert into audit_entries (id, at, action, details, mac) select '${id}', at, 'made:up', '{}', ${mac} from kept where position = 5`
    expect(await attack(insert('bare', 'null'))).toEqual(['inserted bare'])
    expect(await attack(insert('made-up', "'key.mac'"))).toEqual(['unknown_key made-up'])
    expect(await attack(insert('copied', 'mac'))).toEqual(['inserted copied'])
    const early = `insert into audit_entries (id, at, action, details) values ('early', 1, 'made:up', '{}')`
    expect(await attack(early)).toEqual(['inserted early'])
  })

  test('AUD-3 an entry planted after the end of the chain is found', async () => {
    const copy = `insert into audit_entries (${columns}) select 'planted', ${columns.slice('id, '.length).replace('position', '13')} from kept where position = 12`
    expect(await attack(copy)).toEqual(['beyond_head 13 13'])
  })

  test('AUD-3 a link computed anew after a deletion is found: the head and the checkpoints are signed', async () => {
    // SHA-256 needs no secret: who deletes an entry can number and link the rest as if it had never been.
    const rest = await run(
      'select id, at, user_id, action, resource, resource_id, details, request_id, commitment, position, hash from kept where position <> 5 order by position',
    )
    const statements = ['delete from audit_entries where position = 5']
    let previous = String((await run('select hash from kept where position = 4'))[0]?.hash)
    for (const entry of rest) {
      const position = Number(entry.position)
      if (position < 5) continue
      const content = JSON.stringify([
        'vigile audit entry 1',
        ...[entry.id, Number(entry.at), entry.user_id, entry.action, entry.resource, entry.resource_id],
        ...[entry.details, entry.request_id, entry.commitment],
      ])
      previous = createHash('sha256')
        .update(`${previous}\n${position - 1}\n${content}`)
        .digest('base64url')
      statements.push(
        `update audit_entries set position = ${position - 1}, hash = '${previous}' where id = '${String(entry.id)}'`,
      )
    }
    expect(await attack(...statements)).toEqual(['truncated 12 12'])
    // With one more behind, so that the number is right again.
    const faults = await attack(
      ...statements,
      `insert into audit_entries (${columns}) select 'one-more', ${columns.slice('id, '.length)} from kept where position = 12`,
    )
    expect(faults).not.toEqual([])
  })

  test('AUD-3 ACC-7 what tells of a person taken out of an entry is found, where no account was deleted', async () => {
    const blank = 'ip = null, user_agent = null, personal = null, salt = null'
    expect(await attack(`update audit_entries set ${blank} where position = 5`)).toEqual(['blanked 5'])
    const partly = 'salt = null'
    await site.vigile.audit.record({
      action: 'made:up',
      userId: 'u',
      request: new Request('http://localhost:3000/'),
      peer: { address: '192.0.2.1' },
    })
    await site.verify()
    await run(`update audit_entries set ${partly} where position = 13`)
    expect(await site.faults()).toEqual(['changed 13'])
  })
})
