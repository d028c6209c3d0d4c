// Whoever has the database sets the log back, head, checkpoints and all: what is kept outside shows it.
import { createHash, createHmac } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { checkOptions } from '@vigile/engine'
import { describe, expect, test, vi } from 'vitest'
import { parseAnchor } from '../../engine/src/audit/anchor.ts'
import { temporaryFolder } from '../services/place.ts'
import { storeKinds, testSecret } from '../support/site.ts'
import { fillWithCheckpoints, openAuditedSite } from './log.ts'

const patience = { timeout: 30_000, interval: 50 }

const listen = async (answer: (request: IncomingMessage, body: string) => number) => {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => response.writeHead(answer(request, body)).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) }
}

describe.each(storeKinds)('%s', (kind) => {
  test('AUD-3 the newest entries cut off together with their checkpoints and the head are found by the anchor alone', async () => {
    const folder = await temporaryFolder('anchor')
    const file = join(folder.path, 'anchors.jsonl')
    const site = await openAuditedSite(kind, { audit: { anchors: [file] } })
    await fillWithCheckpoints(site, 2)
    await site.raw.run('create table kept_head as select * from audit_head')
    await fillWithCheckpoints(site, 3)
    const lines = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
    await vi.waitUntil(async () => {
      site.move(1_000)
      return (await lines()).at(-1)?.includes('"position\\":5')
    }, patience)
    const anchor = await lines()
    expect((await stat(file)).mode & 0o077).toBe(0)
    expect(await site.verify(anchor)).toMatchObject({ ok: true, to: 5, anchored: { compared: 5, position: 5 } })

    await site.raw.run('delete from audit_entries where position > 2')
    await site.raw.run('delete from audit_checkpoints where position > 2')
    await site.raw.run('delete from audit_head')
    await site.raw.run('insert into audit_head select * from kept_head')
    expect(await site.faults()).toEqual([])
    expect(await site.faults(anchor)).toEqual(['truncated 3 5'])

    // What grows in the place of what was cut is another log.
    await fillWithCheckpoints(site, 4)
    expect(await site.faults()).toEqual([])
    expect(await site.faults(anchor)).toEqual(['anchor_mismatch 3', 'anchor_mismatch 4', 'anchor_mismatch 5'])
    // A line that a crash cut off says nothing; one that somebody wrote is a fault of the anchor.
    const forged = (anchor[0] ?? '').replace('"position\\":1', '"position\\":9')
    const cutOff = await site.verify([...anchor.slice(0, 2), '{"statement":"{'])
    expect(cutOff).toMatchObject({ ok: true, anchored: { compared: 2, unreadable: 1 } })
    expect(await site.faults([...anchor.slice(0, 2), forged])).toEqual(['anchor_forged'])
    // So is one that lacks a line between others.
    expect(await site.faults([anchor[0] ?? '', anchor[2] ?? ''])).toContain('anchor_gap 2')
    await site.close()
    await folder.remove()
  })
})

test('AUD-3 a webhook that is down holds nobody up; once it is back every checkpoint comes, in order, and one alert was raised', async () => {
  let isUp = false
  const came: number[] = []
  const hook = await listen((_, body) => {
    if (isUp)
      came.push((JSON.parse((JSON.parse(body) as { statement: string }).statement) as { position: number }).position)
    return isUp ? 204 : 503
  })
  const secretPath = 'a-secret-in-the-path'
  const site = await openAuditedSite('PostgreSQL and Redis', {
    audit: { anchors: [`http://127.0.0.1:${hook.port}/${secretPath}`] },
  })
  await site.node()
  await fillWithCheckpoints(site, 3)
  const alerts = () => site.log.filter(({ fields }) => fields.alert === 'audit_anchor_down')
  await vi.waitUntil(() => alerts().length > 0, patience)
  isUp = true
  // Each turn begins ten seconds after the one that failed.
  await vi.waitUntil(
    () => {
      site.move(11_000)
      return came.length >= 3
    },
    { timeout: 30_000, interval: 1_000 },
  )
  expect([...new Set(came)].slice(0, 3)).toEqual([1, 2, 3])
  expect(JSON.stringify(site.log)).not.toContain(secretPath)
  expect(JSON.stringify(await site.raw.run('select name from audit_anchors'))).not.toContain(secretPath)

  // Whoever says that an anchor has come further, so that nothing is sent any more, is found, and all is sent again.
  came.length = 0
  await site.raw.run(
    `update audit_anchors set statement = replace(statement, '"position":', '"position":9'), leased_until = 0`,
  )
  await vi.waitUntil(() => site.log.some(({ fields }) => fields.alert === 'audit_anchor_mark'), patience)
  await vi.waitUntil(() => came.length >= 3, patience)
  await site.close()
  await hook.stop()
})

test('AUD-3 checkpoints go to an S3-compatible store: an object each, with a signature of version 4 that holds', async () => {
  const seen: { readonly path: string; readonly isSigned: boolean; readonly body: string }[] = []
  const store = await listen((request, body) => {
    seen.push({ path: request.url ?? '', isSigned: isSignedV4(request, body, 'the-secret/of+it'), body })
    return 200
  })
  const anchor = parseAnchor(
    `s3://KEYID:${encodeURIComponent('the-secret/of+it')}@127.0.0.1:${store.port}/bucket/some/prefix?region=eu-west-3`,
  )
  expect(anchor?.name).toBe(`s3://127.0.0.1:${store.port}/bucket/some/prefix`)
  await anchor?.keep({ position: 42, statement: '{"a":1}', signature: 'sig' })
  const body = `${JSON.stringify({ statement: '{"a":1}', signature: 'sig' })}\n`
  const path = expect.stringMatching(/^\/bucket\/some\/prefix\/000000000000042-[0-9a-f]{16}\.jsonl$/)
  expect(seen).toEqual([{ path, isSigned: true, body }])
  await store.stop()
})

describe.each(storeKinds)('%s', (kind) => {
  test('AUD-3 an anchor silenced in the database: a lease without end counts as none; checkpoints removed as they are made raise an alert', async () => {
    const folder = await temporaryFolder('silenced')
    const file = join(folder.path, 'anchors.jsonl')
    const site = await openAuditedSite(kind, { audit: { anchors: [file] } })
    const lines = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
    await fillWithCheckpoints(site, 1)
    await vi.waitUntil(async () => (await lines()).length === 1, patience)
    await site.raw.run('update audit_anchors set leased_until = 9000000000000000')
    await fillWithCheckpoints(site, 1)
    await vi.waitUntil(async () => (await lines()).length === 2, patience)

    // PostgreSQL has rules as well as triggers; to SQLite a trigger is the same.
    await site.raw.run(
      kind === 'embedded'
        ? 'create trigger hush after insert on audit_checkpoints begin delete from audit_checkpoints where position = new.position; end'
        : 'create rule hush as on insert to audit_checkpoints do instead nothing',
    )
    await fillWithCheckpoints(site, 1)
    await vi.waitUntil(
      () => {
        site.move(300_000)
        return site.log.some(({ fields }) => fields.alert === 'audit_anchor_behind')
      },
      { timeout: 30_000, interval: 1_000 },
    )
    expect(await site.faults()).toContain('checkpoint_missing 3')
    expect(await site.faults(await lines())).toContain('anchor_behind 3 3')
    await site.close()
    await folder.remove()
  })
})

test('AUD-3 a bucket is never written over: a log set back, and grown anew, leaves both of one place there', async () => {
  const objects = new Map<string, string>()
  const over: string[] = []
  const store = await listen((request, body) => {
    const name = request.url ?? ''
    if (objects.has(name) && objects.get(name) !== body) over.push(name)
    if (objects.has(name) && request.headers['if-none-match'] === '*') return 412
    objects.set(name, body)
    return 200
  })
  const anchors = [`s3://K:S@127.0.0.1:${store.port}/bucket/p?region=r`]
  const site = await openAuditedSite('embedded', { audit: { anchors } })
  const come = (count: number) => vi.waitUntil(() => objects.size === count, patience)
  await fillWithCheckpoints(site, 1)
  await site.raw.run('create table kept_head as select * from audit_head')
  await fillWithCheckpoints(site, 1)
  await come(2)
  await site.raw.run('delete from audit_entries where position > 1')
  await site.raw.run('delete from audit_checkpoints where position > 1')
  await site.raw.run('delete from audit_head')
  await site.raw.run('insert into audit_head select * from kept_head')
  await site.raw.run('delete from audit_anchors')
  await fillWithCheckpoints(site, 1)
  await come(3)
  expect(over).toEqual([])
  expect(await site.faults([...objects.values()])).toEqual(['anchor_mismatch 2'])
  expect(site.log.some(({ fields }) => fields.alert === 'audit_anchor_down')).toBe(false)
  await site.close()
  await store.stop()
})

test('AUD-3 an anchor that is none is no success: emptied, of something else, or of another site', async () => {
  const site = await openAuditedSite('embedded')
  await fillWithCheckpoints(site, 2)
  expect(await site.faults([])).toContain('anchor_empty')
  const foreign = await site.verify(['root:x:0:0:root:/root:/bin/bash', ''])
  expect(foreign).toMatchObject({ ok: false, anchored: { compared: 0, unreadable: 1 } })
  // Who can write to the anchor writes what the log says now, under a secret that nobody knows.
  const claimed = await site.raw.run('select statement, signature from audit_checkpoints')
  const lines = claimed.map((row) => JSON.stringify(row).replace(/keyId\\":\\"[^"]{10}/, 'keyId\\":\\"AAAAAAAAAA'))
  expect(await site.faults(lines)).toContain('anchor_empty')
  await site.close()
})

test.each([
  'relative/path',
  'ftp://example.com',
  'http://log.example.com/',
  's3://bucket/prefix',
  's3://A%zz:secret@s3.example.com/bucket?region=eu-west-3',
  'https://user:hunter2secret@log.example.com/',
  'file:///var/log/%zz',
  's3://k:s@host/?region=a',
  'file://host/path',
])('AUD-3 OPS-1 %s is no anchor, and a site does not start with it', (address) => {
  expect(parseAnchor(address)).toBeNull()
  const options = { publicUrl: 'http://localhost:3000', secrets: testSecret, audit: { anchors: [address] } }
  expect(checkOptions(options)).toMatchObject([{ setting: 'audit.anchors' }])
})

/** AWS Signature Version 4, as its specification says it, from the other side. */
const isSignedV4 = ({ method, url = '', headers }: IncomingMessage, body: string, secret: string): boolean => {
  const [, scope = '', signed = '', signature = ''] =
    /Credential=KEYID\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)/.exec(headers.authorization ?? '') ?? []
  const given = String(headers['x-amz-content-sha256'] ?? '')
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  if (given !== 'UNSIGNED-PAYLOAD' && given !== hash(body)) return false
  const names = signed.split(';')
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join('')
  const canonical = [method, url, '', lines, signed, given].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n')
  const key = scope
    .split('/')
    .reduce<string | Buffer>((last, part) => createHmac('sha256', last).update(part).digest(), `AWS4${secret}`)
  return createHmac('sha256', key).update(toSign).digest('hex') === signature
}
