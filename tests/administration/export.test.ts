// The record as a file, over HTTP: whole or said not to be, harmless where it is opened, and nobody's who may not have it any more.
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { by, permissions, roles } from '../roles/scene.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { type Member, member } from './people.ts'

const path = '/api/admin/audit/export'
const minute = 60_000

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let auditor: Member
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    await site.vigile.roles.seed(by)
    await site.vigile.roles.create({ name: 'auditor', permissions: ['audit:read'] }, by)
    for (let times = 0; times < 12; times += 1)
      await Promise.all(
        Array.from({ length: 100 }, () =>
          site.vigile.audit.record({ action: 'made:up', details: { pad: 'x'.repeat(200) } }),
        ),
      )
    site.move(1)
    // Who verifies seals first: from now on each entry has its place.
    await vi.waitUntil(async () => (await site.vigile.audit.verify()).entries >= 1_200, { timeout: 30_000 })
  })
  afterAll(() => site?.close())
  beforeEach(async () => {
    auditor = await member(site, 'auditor')
  })

  type Line = { readonly action: string; readonly at: string; readonly details: Record<string, unknown> }
  const linesOf = (text: string): readonly Line[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
  /** The answer, of which nothing is read yet. */
  const open = async ({ visitor }: Member, query = 'action=made:up') => {
    const cookie = visitor.jar
      .for(path)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const request = new Request(`${site.publicUrl}${path}?${query}`, { headers: { cookie } })
    const response = await site.vigile.fetch(request, { address: visitor.address })
    return { status: response.status, reader: response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> }
  }
  const rest = async (reader: ReadableStreamDefaultReader<Uint8Array>) => {
    const decoder = new TextDecoder()
    let text = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return linesOf(text)
      text += decoder.decode(value, { stream: true })
    }
  }

  test('AUD-4 as JSON Lines: what the act gives as a function, whatever is written meanwhile; the last line says that it is all', async () => {
    const { status, headers, text } = await auditor.visitor.get(`${path}?action=made:up`)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/jsonl; charset=utf-8')
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="audit-\d{4}-\d\d-\d\d\.jsonl"$/)
    const lines = linesOf(text)
    expect(lines.at(-1)).toMatchObject({ action: 'audit:export:end', details: { complete: true, entries: 1_200 } })
    const byAct: string[] = []
    for await (const line of site.vigile.audit.export({ format: 'jsonl', action: 'made:up' }, by)) byAct.push(line)
    expect(lines.slice(0, -1)).toEqual(byAct.slice(0, -1).map((line) => JSON.parse(line)))

    const { reader } = await open(auditor)
    site.move(1)
    await site.vigile.audit.record({ action: 'made:up', resource: 'Late' })
    expect((await rest(reader)).at(-1)?.details).toEqual({ complete: true, entries: 1_200 })
  })

  test('AUD-4 S-90 as CSV, in which no cell is a formula; who took it, what and from where is on record', async () => {
    for (const resourceId of ['=1+1', '+1', '-1', '@SUM(A1)'])
      await site.vigile.audit.record({ action: 'orders:create', resource: auditor.id, resourceId })
    site.move(1)
    const { headers, text } = await auditor.visitor.get(`${path}?format=csv&resource=${auditor.id}`)
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(headers.get('content-disposition')).toMatch(/\.csv"$/)
    const [head, ...lines] = text.trimEnd().split('\n')
    expect(head).toMatch(/^"position","at","action"/)
    expect(lines).toHaveLength(5)
    expect(lines.at(-1)).toContain('"audit:export:end"')
    for (const line of lines) expect(line).not.toMatch(/(^|,)"?\s*[=+\-@\t\r]/)
    const { entries } = await site.vigile.audit.search({ action: 'audit:export', ip: auditor.visitor.address })
    expect(entries).toMatchObject([{ details: { by: `user:${auditor.id}`, format: 'csv', resource: auditor.id } }])
  })

  test('AUD-4 what is filtered is refused as at the search; a HEAD takes nothing away', async () => {
    for (const query of ['format=xml', 'after=1.x', 'limit=5', 'from=yesterday', 'user=x'])
      expect([query, (await auditor.visitor.get(`${path}?${query}`)).status]).toEqual([query, 400])
    expect((await auditor.visitor.send('HEAD', path)).status).toBe(200)
    const { entries } = await site.vigile.audit.search({ action: 'audit:export', ip: auditor.visitor.address })
    expect(entries).toEqual([])
  })

  test('AUD-4 after ten minutes it ends, and says that it is not all and where to go on', async () => {
    const { reader } = await open(auditor)
    await reader.read()
    site.move(11 * minute)
    const cut = (await rest(reader)).at(-1)
    expect(cut).toMatchObject({ action: 'audit:export:end', details: { complete: false, entries: 500 } })
    const { text } = await auditor.visitor.get(`${path}?action=made:up&from=${cut?.details.from}`)
    expect(linesOf(text).at(-1)?.details).toMatchObject({ complete: true })
    expect(linesOf(text).length).toBeGreaterThan(700)
  })

  test.each(['session', 'role', 'account'] as const)(
    'TOK-5 S-87 attack: an export goes on after the %s of whoever takes it is gone',
    async (what) => {
      const { reader } = await open(auditor)
      await reader.read()
      if (what === 'session') await site.vigile.sessions.endAll(auditor.id, by)
      if (what === 'role') await site.vigile.roles.revoke(auditor.id, 'auditor', by)
      if (what === 'account') await site.vigile.users.disable(auditor.id, by)
      expect((await rest(reader)).at(-1)?.details).toMatchObject({ complete: false, entries: 500 })
    },
  )

  test('AUD-4 attack: exports that are begun and not read: four at once, ten in a quarter of an hour; who goes away leaves their place', async () => {
    const readers = []
    for (let times = 0; times < 4; times += 1) {
      const { status, reader } = await open(auditor)
      expect(status).toBe(200)
      readers.push(reader)
    }
    const { status, headers } = await auditor.visitor.get(path)
    expect([status, headers.get('retry-after')]).toEqual([429, '60'])
    for (const reader of readers) await reader.cancel()
    for (let times = 5; times < 10; times += 1) expect((await auditor.visitor.get(`${path}?to=1`)).status).toBe(200)
    expect((await auditor.visitor.get(`${path}?to=1`)).status).toBe(429)
    expect((await (await member(site, 'auditor')).visitor.get(`${path}?to=1`)).status).toBe(200)
  })
})
