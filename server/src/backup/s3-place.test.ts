// Backups in a store that speaks S3.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createVouching } from '@vigile/engine'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type S3Store, startS3 } from '../../../tests/services/s3.ts'
import { findBackups } from './backups.ts'
import { isPlace, openPlace } from './open-place.ts'
import { type Place, readSmall } from './place.ts'
import { createS3Place } from './s3-place.ts'
import { takeBackup } from './take-backup.ts'

let store: S3Store
let place: Place

beforeAll(async () => {
  store = await startS3()
  vi.stubEnv('AWS_ENDPOINT_URL_S3', store.url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  place = await openPlace('s3://bucket/some/prefix')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await store.stop()
})
afterEach(() => store.objects.clear())

let ended = 0
async function* pieces(count: number, then?: Error) {
  try {
    for (let index = 0; index < count; index++) yield randomBytes(1 << 20)
    if (then) throw then
  } finally {
    ended += 1
  }
}

test('OPS-8 what is written in parts comes back as it was, is listed page by page, and goes', async () => {
  const given: Buffer[] = []
  const content = async function* () {
    for await (const piece of pieces(20)) {
      given.push(piece)
      yield piece
    }
  }
  await place.write('big', content())
  for (const name of ['one', 'two', 'three', 'four']) await place.write(name, pieces(0))
  await (await openPlace('s3://bucket/some/prefix/deeper')).write('hidden', pieces(0))
  const back: Uint8Array[] = []
  for await (const part of place.read('big')) back.push(part)
  expect(Buffer.concat(back).equals(Buffer.concat(given))).toBe(true)
  const listed = await place.list()
  expect(listed.map(({ name }) => name)).toEqual(['big', 'four', 'one', 'three', 'two'])
  expect(listed[0]?.bytes).toBe(20 << 20)
  expect(Math.abs(Date.now() - (listed[0]?.changedAt ?? 0))).toBeLessThan(60_000)
  expect([...store.objects.keys()]).toContain('bucket/some/prefix/big')
  await place.remove('big')
  expect(await place.list()).toHaveLength(4)
  await expect(readSmall(place, 'big', 1_000)).rejects.toThrow()
})

test('OPS-8 an upload that breaks off is given up, and was never an object', async () => {
  await expect(place.write('big', pieces(40, new Error('pg_dump failed')))).rejects.toThrow('pg_dump failed')
  expect(store.objects.size).toBe(0)
  expect(store.open()).toBe(0)
  store.fail('PUT', 403, 9)
  await expect(place.write('big', pieces(20))).rejects.toThrow()
  store.fail('', 0, 0)
  expect(store.objects.size).toBe(0)
})

test('OPS-8 a bucket that takes no more when the manifest comes: the backup is none, and its content is removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vigile-s3-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'vigile.db')
  new DatabaseSync(file).close()
  const key = { recipient: null, identity: null }
  const take = (to: Place) =>
    takeBackup({ database: { kind: 'sqlite', file }, place: to, key, vouching: createVouching('v'.repeat(64)) })
  const { name } = await take(place)
  const filling: Place = {
    ...place,
    write: (one, content) => {
      if (one.endsWith('.json')) store.fail('PUT', 403, 9)
      return place.write(one, content)
    },
  }
  await expect(take(filling)).rejects.toThrow()
  store.fail('', 0, 0)
  expect((await findBackups(place)).map((one) => one.name)).toEqual([name])
  expect(store.objects.size).toBe(2)
})

test('OPS-8 a store that stops answering is given up after a time, and an upload to it is ended at once by who stops', async () => {
  const impatient = createS3Place('s3://bucket/some/prefix', { silenceMs: 300 })
  store.hang('PUT upload')
  const before = ended
  await expect(impatient.write('big', pieces(80))).rejects.toThrow(/timed out|inactivity/)
  expect(store.open()).toBe(0)
  // So does the program that the content comes from.
  await vi.waitUntil(() => ended > before, { timeout: 30_000 })
  store.hang('GET ')
  store.objects.set('bucket/some/prefix/small', Buffer.from('{}'))
  await expect(readSmall(impatient, 'small', 1_000)).rejects.toThrow(/timed out|inactivity/)

  for (const kind of ['POST begin', 'PUT upload']) {
    const stopping = new AbortController()
    const stopped = createS3Place('s3://bucket/some/prefix', { signal: stopping.signal })
    store.hang(kind)
    const written = stopped.write('big', pieces(40))
    written.catch(() => {})
    await vi.waitUntil(() => store.hanging() > 0, { timeout: 30_000 })
    stopping.abort()
    await expect(written).rejects.toThrow(/abort/i)
    // What it began is undone all the same.
    expect(store.open()).toBe(0)
    await stopped.remove('small')
  }
  store.hang('')
  expect(store.objects.size).toBe(0)
}, 60_000)

test('OPS-8 a store that stumbles is asked again', async () => {
  store.fail('PUT', 503, 2)
  await place.write('small', pieces(1))
  expect(store.objects.get('bucket/some/prefix/small')).toHaveLength(1 << 20)
})

test.each([
  ['/var/backups', true],
  ['s3://bucket', true],
  ['s3://bucket/a/b', true],
  ['backups', false],
  ['s3://', false],
  ['s3://KEY:SECRET@host/bucket', false],
  ['https://bucket.example.com', false],
])('OPS-1 %s as a place for backups: %s', (to, is) => {
  expect(isPlace(to)).toBe(is)
})
