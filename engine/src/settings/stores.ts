// Where things are kept.
import type { Faults } from '../configuration-error.ts'
import type { VigileOptions } from '../options.ts'

export type DatabaseSetting =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string }

export const databaseOf = (text: string | undefined, faults: Faults): DatabaseSetting => {
  if (!text) return { kind: 'sqlite', file: './data/vigile.db' }
  if (/^postgres(ql)?:\/\//.test(text)) return { kind: 'postgres', url: text }
  const inMemory = text === ':memory:' || /^file:(:memory:|[^?]*\?)/.test(text)
  if (inMemory)
    faults.add(
      'DATABASE_URL',
      'a database in memory, or a file with parameters, is not supported: it would be an ordinary file of that name',
      'write file:./data/vigile.db; for a test, a file in a temporary folder',
    )
  else if (text.startsWith('file:') && text.length > 5)
    return { kind: 'sqlite', file: text.slice(5).replace(/^\/\/(?=\/)/, '') }
  else
    faults.add(
      'DATABASE_URL',
      'it is neither postgres://… nor file:…',
      'write postgres://user:password@host:5432/vigile or file:./data/vigile.db',
    )
  return { kind: 'sqlite', file: './data/vigile.db' }
}

export const redisOf = (setting: string, text: string | undefined, faults: Faults): string | null => {
  if (!text) return null
  if (!/^rediss?:\/\//.test(text)) faults.add(setting, 'it is not a redis:// address', 'write redis://host:6379')
  return text
}

/** OPS-10: bounded, and every wait has an end. */
export const poolOf = (pool: VigileOptions['pool'] = {}, faults: Faults): NonNullable<VigileOptions['pool']> => {
  const { max, waitSeconds, listenUrl } = pool
  if (max !== undefined && !(Number.isInteger(max) && max >= 1 && max <= 1000))
    faults.add('pool.max', `${max} is not a whole number from 1 to 1000`, 'the default is 10')
  if (waitSeconds !== undefined && !(waitSeconds > 0 && waitSeconds <= 300))
    faults.add('pool.waitSeconds', `${waitSeconds} is not a number of seconds up to 300`, 'the default is 8')
  if (listenUrl && !/^postgres(ql)?:\/\//.test(listenUrl))
    faults.add(
      'VIGILE_LISTEN_URL',
      'it is not a postgres:// address',
      'write postgres://user:password@host:5432/vigile',
    )
  return pool
}
