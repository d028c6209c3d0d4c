// PostgreSQL, by its own programs: `pg_dump` out of one moment of the database, `pg_restore` into it in one transaction.
import type { Bytes } from './envelope.ts'
import { type Ask, type Facts, readFacts } from './facts.ts'
import { connectionOf } from './libpq-connection.ts'
import { findProgram, through } from './programs.ts'

export type Snapshot = Facts & {
  readonly databaseVersion: string
  readonly content: Bytes
  close(): Promise<void>
}

const tablesSql = `
  select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (
    select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  ) order by 1`

/** Rejects with what to do, where PostgreSQL gives that SQLSTATE. */
const explained = (state: string, what: () => string) => (error: unknown) => {
  throw (error as { readonly code?: unknown }).code === state ? new Error(what(), { cause: error }) : error
}

const connect = async (url: string) => {
  // Who runs on the embedded database does not pay for it.
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: url,
    application_name: 'vigile-backup',
    connectionTimeoutMillis: 10_000,
  })
  // The end of the connection shows in the statement that it interrupts.
  client.on('error', () => {})
  await client.connect().catch(
    explained('3D000', () => {
      const name = new URL(url).pathname.slice(1)
      return `the database ${name} does not exist: make it first (createdb ${name})`
    }),
  )
  const ask: Ask = async (sql) => (await client.query(sql)).rows
  // A time-out of the role is meant for requests: to count a large table, or to remove a copy, takes longer.
  await ask('set statement_timeout = 0')
  return { ask, end: () => client.end() }
}

/** Asks some things, and is gone. */
export const askPostgres = async <Result>(url: string, work: (ask: Ask) => Promise<Result>): Promise<Result> => {
  const { ask, end } = await connect(url)
  try {
    return await work(ask)
  } finally {
    await end()
  }
}

const factsOf = async (ask: Ask): Promise<Facts> =>
  readFacts(
    ask,
    (await ask(tablesSql)).map(({ name }) => String(name)),
  )

const majorOf = async (ask: Ask): Promise<number> =>
  Math.floor(Number((await ask(`select current_setting('server_version_num') as version`))[0]?.version) / 10_000)

/** Holds one moment of the database, whoever writes meanwhile, until it is closed. */
export const openPostgresSnapshot = async (url: string, signal?: AbortSignal): Promise<Snapshot> => {
  const { ask, end } = await connect(url)
  try {
    const pgDump = await findProgram('pg_dump', await majorOf(ask))
    await ask('begin isolation level repeatable read read only')
    await ask('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0')
    // A table that shows this user a part of its rows fails, rather than be counted and kept in part.
    await ask('set local row_security = off')
    const [row] = await ask(`select pg_export_snapshot() as id, current_setting('server_version') as version`)
    const { dbname, ...connection } = await connectionOf(url)
    // Compressed later, with the rest.
    const args = ['-Fc', '-Z0', `--snapshot=${row?.id}`, '--lock-wait-timeout=60s', '-d', dbname]
    const facts = await factsOf(ask)
    return {
      ...facts,
      databaseVersion: String(row?.version),
      content: through({ path: pgDump, args, ...connection }, null, signal),
      close: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

export const countPostgres = (url: string): Promise<Facts> => askPostgres(url, factsOf)

/** A connection of the engine: `vigile`, `vigile channel`, or with what its address calls itself. */
const isOfNode = `datname = current_database() and application_name ~ '^vigile( |$)'`
/**
 * A node asks something each second. What has been idle for so long is a pooler's, which keeps connections under the name that its last
 * client had. Null: this role is not shown it.
 */
const isNode = `${isOfNode} and (state is distinct from 'idle' or state_change is null
  or state_change > clock_timestamp() - interval '15 seconds')`

/** How many tables there are, and how many connections of nodes. */
export const lookAtPostgres = (url: string): Promise<{ readonly tables: number; readonly nodes: number }> =>
  askPostgres(url, async (ask) => {
    const tables = (await ask(tablesSql)).length
    const [row] = await ask(`select count(*) as nodes from pg_stat_activity where ${isNode}`)
    return { tables, nodes: Number(row?.nodes) }
  })

/**
 * Restores a dump in one transaction: whatever interrupts it, the database is as it was. `replace`: what was there goes, in the same
 * transaction. `endSessions`: nobody who was signed in at the time of the backup is, not even for a moment.
 */
export const restorePostgres = async (
  url: string,
  content: Bytes,
  { replace, endSessions, signal }: { replace: boolean; endSessions: boolean; signal?: AbortSignal | undefined },
): Promise<void> => {
  const major = await askPostgres(url, majorOf)
  const { dbname, env, authorities } = await connectionOf(url)
  const pgRestore = {
    path: await findProgram('pg_restore', major),
    // Large objects would have transactions of their own otherwise.
    args: ['--single-transaction', '--no-owner', '--no-privileges', '-f', '-'],
    env,
  }
  const psql = {
    path: await findProgram('psql', major),
    args: ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', dbname],
    env: { ...env, PGAPPNAME: 'vigile-backup' },
    authorities,
  }
  const ready = Promise.withResolvers<void>()
  const statements = script(through(pgRestore, content, signal), { replace, endSessions, ready: ready.promise })
  let said = ''
  const heard = (text: string | null) => {
    said = (said + (text ?? '')).slice(-1_000)
    if (text === null || said.includes(readyMark)) ready.resolve()
  }
  for await (const _ of through(psql, statements, signal, heard));
}

/** psql says so once everything is done but the commit. */
const readyMark = 'vigile: all is restored'

/**
 * Without the last line nothing is committed: an end that comes too early undoes all. It is held back until psql has done the rest: what
 * was sent is done even where this process is killed.
 */
async function* script(
  statements: Bytes,
  { replace, endSessions, ready }: { replace: boolean; endSessions: boolean; ready: Promise<void> },
): Bytes {
  // What is said of what goes would hide the cause of a failure; so would the second `begin`.
  yield Buffer.from(
    `set client_min_messages = error; begin; set local statement_timeout = 0; set local lock_timeout = '30s';\n`,
  )
  if (replace) yield Buffer.from(`${emptySql}\n`)
  yield Buffer.from(`${refuseNodesSql}\n`)
  yield* withoutCommit(statements)
  yield Buffer.from('\nreset search_path;\n')
  if (endSessions) yield Buffer.from(`${endSessionsSql}\n`)
  yield Buffer.from(`\\warn '${readyMark}'\n`)
  await ready
  yield Buffer.from('commit;\n')
}

/** What comes after the last `COMMIT;` of pg_restore are a few lines of comment. */
const tailBytes = 4_096

/** The statements, all but the last `COMMIT;`: pg_restore ends its transaction with it, and it is for us to end. */
async function* withoutCommit(statements: Bytes): Bytes {
  let held = Buffer.alloc(0)
  for await (const part of statements) {
    const all = Buffer.concat([held, part])
    const passed = Math.max(0, all.length - tailBytes)
    if (passed > 0) yield all.subarray(0, passed)
    held = all.subarray(passed)
  }
  const tail = held.toString('latin1')
  const at = tail.lastIndexOf('\nCOMMIT;\n')
  if (at === -1) throw new Error('pg_restore did not end as it should: nothing was done')
  yield Buffer.from(tail.slice(0, at) + tail.slice(at + '\nCOMMIT;'.length), 'latin1')
}

const emptySql = `
do $$ declare what text; begin
  for what in
    select format('schema %I', nspname) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
    union all select format('publication %I', pubname) from pg_publication
    union all select format('server %I', srvname) from pg_foreign_server
  loop
    execute 'drop ' || what || ' cascade';
  end loop;
  perform lo_unlink(oid) from pg_largeobject_metadata;
  create schema public authorization pg_database_owner;
  grant usage on schema public to public;
end $$;`

/** Those that started while the backup was read. From here on they see no table of old, and wait for the commit. */
const refuseNodesSql = `
do $$ begin
  if exists (select from pg_stat_activity where ${isNode}) then
    raise exception 'Servers are at work on this database. Stop them first';
  end if;
  -- Should one be of a node that hangs, it finds out when it goes on.
  begin
    perform pg_terminate_backend(pid) from pg_stat_activity where ${isOfNode};
  exception when insufficient_privilege then null;
  end;
end $$;`

/** Here as well as by the engine, which comes after the commit: a process that is killed in between revives nobody. */
const endSessionsSql = `
update sessions set revoked_reason = 'ended_by_operator', revoked_at = floor(extract(epoch from clock_timestamp()) * 1000)
where revoked_at is null;`

const removeAbandoned = async (ask: Ask): Promise<void> => {
  const old = await ask(`
    select datname as name from pg_database where datname ~ '^vigile_drill_[0-9]+_'
    and split_part(datname, '_', 3)::bigint < extract(epoch from now()) - 43200`)
  for (const { name } of old) await ask(`drop database if exists "${name}" with (force)`)
}

/** Scratch databases that a killed process left half a day ago: each is a plain copy of everything. */
export const removeAbandonedPostgres = (url: string): Promise<void> => askPostgres(url, removeAbandoned)

/** Makes an empty database beside that one, and removes it. Abandoned ones are removed, too. */
export const createScratchPostgres = (url: string): Promise<{ readonly url: string; drop(): Promise<void> }> =>
  askPostgres(url, async (ask) => {
    const [row] = await ask(
      `select floor(extract(epoch from now()))::text || '_' || substr(md5(random()::text), 1, 6) as id`,
    )
    const name = `vigile_drill_${row?.id}`
    await removeAbandoned(ask)
    const [me] = await ask('select quote_ident(current_user) as role')
    await ask(`create database "${name}" template template0`).catch(
      explained(
        '42501',
        () => `this role may make no database: alter role ${me?.role} createdb, or name another server with --into`,
      ),
    )
    const scratch = new URL(url)
    scratch.pathname = `/${name}`
    const drop = () => askPostgres(url, (again) => again(`drop database if exists "${name}" with (force)`))
    return { url: scratch.href, drop: async () => void (await drop()) }
  })
