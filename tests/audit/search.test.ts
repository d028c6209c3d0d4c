// Whoever looks for what happened: filters, pages, indexes, and files that do no harm where they are opened.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeKinds } from '../support/site.ts'
import { type AuditedSite, openAuditedSite } from './log.ts'

const by = { kind: 'operator', name: 'ada' } as const

describe.each(storeKinds)('%s', (kind) => {
  let site: AuditedSite

  const record = (action: string, more: { resourceId?: string; userId?: string; ip?: string; agent?: string } = {}) =>
    site.vigile.audit.record({
      action,
      resource: 'Product',
      ...(more.resourceId !== undefined && { resourceId: more.resourceId }),
      ...(more.userId !== undefined && { userId: more.userId }),
      ...(more.ip !== undefined && {
        request: new Request('http://localhost:3000/', { headers: { 'user-agent': more.agent ?? 'browser' } }),
        peer: { address: more.ip },
      }),
    })
  const search = async (input: Parameters<AuditedSite['vigile']['audit']['search']>[0]) =>
    (await site.vigile.audit.search(input)).entries.map(({ action, resourceId }) =>
      `${action} ${resourceId ?? ''}`.trim(),
    )
  /** Without the last line, which says that it is. */
  const exported = async (format: 'csv' | 'jsonl', filter = {}) => {
    const lines: string[] = []
    for await (const line of site.vigile.audit.export({ format, ...filter }, by)) lines.push(line)
    expect(lines.pop()).toContain('audit:export:end')
    return lines
  }

  beforeAll(async () => {
    site = await openAuditedSite(kind)
    const next = async (act: Promise<void>) => {
      await act
      site.move(1_000)
    }
    await next(record('products:create', { resourceId: 'p1', userId: 'ada', ip: '192.0.2.1' }))
    await next(record('products:update:failed', { resourceId: 'p1', userId: 'bob', ip: '192.0.2.2' }))
    await next(record('products:update', { resourceId: 'p2', userId: 'ada', ip: '192.0.2.2' }))
    await next(record('products-old:update', { resourceId: 'p3' }))
    await next(record('orders:create:failed', { resourceId: '=1+1', ip: '192.0.2.2', agent: '=cmd|"calc"!A1' }))
  })
  afterAll(() => site.close())

  test('AUD-4 by user, by action and its beginning, by thing, by address, by time, by failure; newest first', async () => {
    expect(await search({ userId: 'ada' })).toEqual(['products:update p2', 'products:create p1'])
    expect(await search({ action: 'products:update' })).toEqual(['products:update p2'])
    expect(await search({ action: 'products:' })).toEqual([
      'products:update p2',
      'products:update:failed p1',
      'products:create p1',
    ])
    expect(await search({ resource: 'Product', resourceId: 'p1' })).toEqual([
      'products:update:failed p1',
      'products:create p1',
    ])
    expect(await search({ ip: '192.0.2.2', failed: true })).toEqual([
      'orders:create:failed =1+1',
      'products:update:failed p1',
    ])
    expect(await search({ ip: '192.0.2.2', userId: 'ada', action: 'products:' })).toEqual(['products:update p2'])
    const [, second, , fourth] = (await site.vigile.audit.search({ resource: 'Product' })).entries
      .map(({ at }) => at)
      .reverse()
    expect(await search({ from: second ?? 0, to: fourth ?? 0 })).toEqual([
      'products:update p2',
      'products:update:failed p1',
    ])
    // No pattern: what would mean anything elsewhere stands for itself.
    for (const action of ['%', 'products:%', '_', "' or 1=1 --"]) expect(await search({ action })).toEqual([])
  })

  test('AUD-4 pages: each entry once, whatever is written meanwhile', async () => {
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await site.vigile.audit.search({ resource: 'Product', limit: 2, ...(after && { after }) })
      seen.push(...page.entries.map(({ resourceId }) => resourceId ?? ''))
      after = page.next ?? undefined
      if (seen.length === 2) await site.vigile.audit.record({ action: 'products:late', resource: 'Product' })
    } while (after)
    expect(seen).toEqual(['=1+1', 'p3', 'p2', 'p1', 'p1'])
  })

  test.each([
    ['a limit of none', { limit: 0 }],
    ['a limit of too many', { limit: 201 }],
    ['a page that is none', { after: 'yesterday' }],
    ['a text without end', { ip: 'a'.repeat(201) }],
    ['an empty text', { userId: '' }],
    ['a NUL', { action: '\u0000' }],
    ['a NUL in whom it was done by', { actorId: 'a\u0000' }],
    ['a time that is none', { from: Number.NaN }],
  ])('AUD-4 refused: %s', async (_, input) => {
    await expect(site.vigile.audit.search(input)).rejects.toThrow(RangeError)
  })

  test('AUD-4 S-90 a spreadsheet finds no formula in the export, whatever a stranger called his browser', async () => {
    const [head, ...lines] = await exported('csv', { action: 'orders:' })
    expect(head).toMatch(/^"position","at","action"/)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`"'=cmd|""calc""!A1"`)
    expect(lines[0]).toContain(`"'=1+1"`)
    expect(lines[0]).not.toMatch(/,"?[=+@]/)
  })

  test('AUD-4 JSON Lines: oldest first, times in UTC, one line each; that it was taken away is on record', async () => {
    const before = (await site.vigile.audit.search({ action: 'audit:export' })).entries.length
    const lines = (await exported('jsonl', { userId: 'ada' })).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    )
    expect(lines.map(({ action }) => action)).toEqual(['products:create', 'products:update'])
    expect(lines[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    const { entries } = await site.vigile.audit.search({ action: 'audit:export' })
    expect(entries).toHaveLength(before + 1)
    expect(entries[0]?.details).toMatchObject({ by: 'operator:ada', format: 'jsonl', userId: 'ada' })
  })

  test('AUD-4 an export goes on over many pages, and ends with what there was when it began', async () => {
    const many = await openAuditedSite(kind)
    for (let index = 0; index < 12; index++)
      await Promise.all(Array.from({ length: 100 }, () => many.vigile.audit.record({ action: 'made:up' })))
    let lines = 0
    let last = ''
    many.move(1)
    for await (last of many.vigile.audit.export({ format: 'jsonl', action: 'made:up' }, by)) {
      lines += 1
      if (lines % 500 === 0) {
        many.move(1)
        await many.vigile.audit.record({ action: 'made:up' })
      }
    }
    expect(lines).toBe(1_201)
    expect(JSON.parse(last)).toMatchObject({ details: { complete: true, entries: 1_200 } })
    await many.close()
  })

  test('AUD-2 S-90 what is on record is in the log too: its category, its action, from where', async () => {
    const visitor = site.visitor('192.0.2.44')
    await visitor.post('/api/auth/register', { email: 'carl@example.com', password: 'correct horse battery' })
    await visitor.post('/api/auth/login', { email: 'carl@example.com', password: 'wrong wrong wrong' })
    const told = site.log
      .filter(({ fields }) => fields.ip === '192.0.2.44' && fields.category)
      .map(({ fields }) => fields)
    expect(told).toContainEqual(expect.objectContaining({ category: 'AUTH', action: 'user:sign-up' }))
    expect(told).toContainEqual(expect.objectContaining({ category: 'SECURITY', action: 'session:sign-in:failed' }))
    expect(JSON.stringify(told)).not.toMatch(/carl@|correct horse|wrong wrong/)
  })
})
