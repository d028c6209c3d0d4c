// A command that was started with other secrets than the nodes have: somebody's shell lacks the file that the service reads.
import { UnknownSecretError } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds, testSecret } from '../support/site.ts'

const wrong = 'pW3kZt8vQn5xLr2yHc9mJf6bGd1sAe7uTo4i-another-secret-than-the-nodes-02'
const operator = { kind: 'operator', name: 'ada' } as const

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let command: Site
  const openCommand = (secrets: readonly string[]) =>
    openSite(kind, { database: site.database, ...(site.redis && { redis: site.redis }), secrets, role: 'command' })
  beforeAll(async () => {
    site = await openSite(kind)
    command = await openCommand([wrong])
  })
  afterAll(async () => {
    await command?.close()
    await site?.close()
  })
  const published = async () => (await site.vigile.keys.list()).map(({ id }) => id)

  test('OPS-3 TOK-9 what looks makes no signing key', async () => {
    const before = await published()
    const readings = await command.vigile.gauges()
    expect(readings.some(({ name }) => name === 'signing_key_age_seconds')).toBe(false)
    expect(readings.some(({ name }) => name === 'active_sessions')).toBe(true)
    expect(await command.vigile.keys.nodes()).toHaveLength(1)
    expect(await published()).toEqual(before)
    expect(site.log.filter(({ message }) => message.includes('does not know'))).toEqual([])
  })

  test('TOK-9 a rotation is refused before anything is written, and the right one afterwards is done', async () => {
    const before = await published()
    await expect(command.vigile.keys.rotate(operator)).rejects.toThrow(UnknownSecretError)
    const right = await openCommand([testSecret])
    const { id } = await right.vigile.keys.rotate(operator)
    await right.close()
    expect(await published()).toEqual([...before, id])
  })

  test('TOK-9 a new secret that no node has yet seals no key: what all of them know does', async () => {
    site.move(86_400_000)
    const ahead = await openCommand([wrong, testSecret])
    ahead.move(86_400_000)
    const { id } = await ahead.vigile.keys.rotate(operator)
    await ahead.close()
    expect(await published()).toContain(id)
  })

  test('TOK-9 a new secret that a node lacks, and none in common: no rotation', async () => {
    const ahead = await openCommand([wrong])
    await expect(ahead.vigile.keys.rotate(operator)).rejects.toThrow(UnknownSecretError)
    await ahead.close()
  })
})
