// A PostgreSQL database that holds more than tables, restored: all of it, or none of it (OPS-8).

import { createVigile, createVouching } from '@vigile/engine'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFolderPlace } from '../../server/src/backup/folder-place.ts'
import type { Manifest } from '../../server/src/backup/manifest.ts'
import type { Place } from '../../server/src/backup/place.ts'
import { countPostgres, createScratchPostgres, removeAbandonedPostgres } from '../../server/src/backup/postgres.ts'
import { holdTarget, restoreBackup } from '../../server/src/backup/restore-backup.ts'
import { takeBackup } from '../../server/src/backup/take-backup.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { freshDatabase } from '../services/run.ts'
import { ask } from './kept.ts'

const key = { recipient: null, identity: null }
let folder: Folder
let url: string

beforeEach(async () => {
  folder = await temporaryFolder('backups')
  url = await freshDatabase()
})
afterEach(() => folder.remove())

const place = () => createFolderPlace(folder.path)
const take = (to: Place = place()) =>
  takeBackup({ database: { kind: 'postgres', url }, place: to, key, vouching: createVouching('v'.repeat(64)) })
const restore = (manifest: Manifest, { replace = true, finish = async () => {} } = {}) =>
  restoreBackup({
    ...{ place: place(), manifest, key, replace, keepSessions: false, finish },
    target: { kind: 'postgres', url },
  })
const sql = async (text: string) => {
  const db = new pg.Client({ connectionString: url })
  await db.connect()
  try {
    await db.query(text)
  } finally {
    await db.end()
  }
}
const products = async () => (await ask(url, 'select id from products order by id')).map(({ id }) => id)
const objects = async () =>
  (await ask(url, `select convert_from(lo_get(oid), 'UTF8') as text from pg_largeobject_metadata`)).map(
    ({ text }) => text,
  )

/** A shop: a large object, a publication, text that looks like the end of a transaction. */
const shop = `
  create table products (id int primary key, about text);
  insert into products values (1, E'before\\nCOMMIT;\\nafter');
  create table sessions (revoked_reason text, revoked_at bigint);
  insert into sessions values (null, null);
  create publication changes for table products;
  select lo_from_bytea(0, convert_to('a picture', 'UTF8'));`

test('OPS-8 S-38 H-10 a restore that fails at its end leaves what was there, with large objects too; nobody is revived', async () => {
  // What the index asks for can't be done by a restore.
  await sql(`${shop}
    create function checked(int) returns int immutable language plpgsql as $$ begin
      if current_setting('application_name') = 'vigile-backup' then raise exception 'no room for the index'; end if;
      return $1; end $$;
    create index products_checked on products (checked(id));`)
  const manifest = await take()
  await sql(`drop publication changes; select lo_unlink(oid) from pg_largeobject_metadata`)
  await sql(`insert into products values (2), (3); update sessions set revoked_reason = 'signed_out', revoked_at = 1`)
  await expect(restore(manifest)).rejects.toThrow('no room for the index')
  expect(await products()).toEqual([1, 2, 3])
  expect(await ask(url, 'select revoked_reason from sessions')).toEqual([{ revoked_reason: 'signed_out' }])
}, 120_000)

test('OPS-8 a database with large objects, a publication and another schema is replaced as a whole', async () => {
  await sql(`${shop} create schema "Of the shop"; create table "Of the shop".orders (id int);`)
  const manifest = await take()
  await sql(`insert into products values (2); select lo_from_bytea(0, 'another');`)
  await restore(manifest)
  expect(await products()).toEqual([1])
  expect(await objects()).toEqual(['a picture'])
  expect(await ask(url, 'select about from products')).toEqual([{ about: 'before\nCOMMIT;\nafter' }])
  expect(await ask(url, 'select pubname from pg_publication')).toEqual([{ pubname: 'changes' }])
  expect(await ask(url, 'select revoked_reason from sessions')).toEqual([{ revoked_reason: 'ended_by_operator' }])
  // Into an empty one, as well.
  url = await freshDatabase()
  await restore(manifest, { replace: false })
  expect([await products(), await objects()]).toEqual([[1], ['a picture']])
}, 120_000)

test('OPS-8 what is written while a backup is read is neither counted nor kept: it is of one moment', async () => {
  await sql(shop)
  const inner = place()
  const busy: Place = {
    ...inner,
    write: async (name, content) => {
      if (!name.endsWith('.json')) await sql('insert into products values (2)')
      return inner.write(name, content)
    },
  }
  const manifest = await take(busy)
  expect(await products()).toEqual([1, 2])
  await restore(manifest)
  expect(await products()).toEqual([1])
  expect((await countPostgres(url)).rows).toEqual(manifest.rows)
}, 120_000)

test('OPS-8 H-9 servers are noticed by whatever name their address gives them, and when they start while the backup is read', async () => {
  await sql('create table products (id int); insert into products values (1)')
  const manifest = await take()
  expect(await holdTarget({ kind: 'postgres', url })).toMatchObject({ tables: 1 })
  for (const address of [url, `${url}?application_name=shop`, `${url}?sslmode=disable&application_name=vigile`]) {
    const vigile = createVigile({
      ...{ database: address, publicUrl: 'http://localhost:3000', secrets: 's'.repeat(64), production: false },
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    })
    await vigile.migrate()
    expect([address, await holdTarget({ kind: 'postgres', url })]).toEqual([address, 'in_use'])
    await expect(restore(manifest)).rejects.toThrow('Servers are at work')
    expect(await products()).toEqual([1])
    await vigile.close()
  }
  expect(await holdTarget({ kind: 'postgres', url })).toMatchObject({ release: expect.any(Function) })
}, 120_000)

test('OPS-8 a drill under a role whose statements end early makes, counts and removes its scratch database; one of a killed drill is removed', async () => {
  const role = `hasty_${Date.now()}`
  // Of 1970, and of now.
  const abandoned = ['vigile_drill_1', `vigile_drill_${Math.floor(Date.now() / 1000)}`].map((name) => `${name}_${role}`)
  await sql(`create role ${role} login createdb; alter role ${role} set statement_timeout = '1ms'`)
  const scratches = async () =>
    (await ask(url, `select datname from pg_database where datname like 'vigile_drill_%'`)).map(
      ({ datname }) => datname,
    )
  const address = new URL(url)
  address.username = role
  const scratch = await createScratchPostgres(address.href)
  expect((await countPostgres(scratch.url)).rows).toEqual({})
  const made = new URL(scratch.url).pathname.slice(1)
  expect(await scratches()).toContain(made)
  await scratch.drop()
  expect(await scratches()).not.toContain(made)
  for (const name of abandoned) await sql(`create database ${name}`)
  await removeAbandonedPostgres(url)
  expect((await scratches()).filter((name) => String(name).endsWith(role))).toEqual([abandoned[1]])
  await sql(`drop database ${abandoned[1]}`)
  await sql(`drop role ${role}`)
}, 120_000)

test('OPS-8 a role that may make no database, and a database that is missing, are told what to do', async () => {
  const role = `plain_${Date.now()}`
  await sql(`create role ${role} login`)
  const address = new URL(url)
  address.username = role
  await expect(createScratchPostgres(address.href)).rejects.toThrow(`alter role ${role} createdb`)
  address.username = 'postgres'
  address.pathname = '/nowhere'
  await expect(holdTarget({ kind: 'postgres', url: address.href })).rejects.toThrow('createdb nowhere')
  await sql(`drop role ${role}`)
})
