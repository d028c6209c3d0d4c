// Where things are kept.
import type { Faults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'

export type DatabaseSetting =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string }

export const databaseOf = (text: string | undefined, faults: Faults): DatabaseSetting => {
  if (!text) return { kind: 'sqlite', file: './data/vigile.db' }
  if (/^postgres(ql)?:\/\//.test(text)) {
    if (!isPostgres(text)) faults.add('DATABASE_URL', 'not_postgres')
    return { kind: 'postgres', url: text }
  }
  const inMemory = text === ':memory:' || /^file:(:memory:|[^?]*\?)/.test(text)
  if (inMemory) faults.add('DATABASE_URL', 'database_in_memory')
  else if (text.startsWith('file:') && text.length > 5)
    return { kind: 'sqlite', file: text.slice(5).replace(/^\/\/(?=\/)/, '') }
  else faults.add('DATABASE_URL', 'no_database')
  return { kind: 'sqlite', file: './data/vigile.db' }
}

/** As its driver reads it: without a host it is the socket of this machine, which addresses of the web don't know. */
const isPostgres = (text: string): boolean => {
  const url = /^postgres(ql)?:\/\//.test(text) ? URL.parse(text.replace('@/', '@localhost/')) : null
  return url !== null && !/^\/.*\//.test(url.pathname)
}

export const redisOf = (setting: string, text: string | undefined, faults: Faults): string | null => {
  if (!text) return null
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) faults.add(setting, 'not_redis')
  return text
}

/** OPS-10: bounded, and every wait has an end. */
export const poolOf = (pool: VigileOptions['pool'] = {}, faults: Faults): NonNullable<VigileOptions['pool']> => {
  const { max, waitSeconds, listenUrl } = pool
  if (max !== undefined && !(Number.isInteger(max) && max >= 1 && max <= 1000))
    faults.add('pool.max', 'no_pool_size', { given: max })
  if (waitSeconds !== undefined && !(waitSeconds > 0 && waitSeconds <= 300))
    faults.add('pool.waitSeconds', 'no_pool_wait', { given: waitSeconds })
  if (listenUrl && !isPostgres(listenUrl)) faults.add('VIGILE_LISTEN_URL', 'not_postgres')
  return pool
}
