// What a backup says of itself, beside it, vouched for by a secret that is not there.
import type { Vouching } from '@vigile/engine'
import { z } from 'zod'

const count = z.int().min(0)

const shape = z.strictObject({
  kind: z.literal('vigile backup'),
  /** `vigile-20261121T020000Z-3fa9c1` */
  name: z.string().regex(/^vigile-\d{8}T\d{6}Z-[0-9a-f]{6}$/),
  /** When the moment was that it holds: epoch milliseconds. */
  at: count,
  /** Of Vigile. */
  version: z.string(),
  database: z.enum(['postgres', 'sqlite']),
  /** Of the database's own program. */
  databaseVersion: z.string(),
  encryption: z.enum(['age', 'none']),
  /** Of the file beside this one. */
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Before compression. */
  plainBytes: count,
  rows: z.record(z.string(), count),
  migrations: z.array(z.string()),
  /** Where the audit log ended: position 0 where nothing was sealed yet. */
  auditPosition: count,
  /** Ids of the secrets that it may hold things under. */
  keyIds: z.array(z.string()),
  /** The restores that the database went through, oldest first: which database it is. None is not said. */
  restores: z
    .array(z.strictObject({ id: z.string(), at: count }))
    .max(100)
    .optional(),
})

export type Manifest = z.infer<typeof shape>

const file = z.strictObject({ statement: z.string(), mac: z.string() })

export type ManifestRefusal =
  | { readonly error: 'manifest_damaged' }
  /** Vouched for by a secret that is not in the list. */
  | { readonly error: 'unknown_secret'; readonly keyId: string }
  /** Of a database that was restored from a backup of this one, and went its own way. */
  | { readonly error: 'other_database' }

export type ManifestRead = { readonly ok: true; readonly value: Manifest } | ({ readonly ok: false } & ManifestRefusal)

/** More than a thousand tables need. */
export const maxManifestBytes = 1_000_000

export const manifestFile = (name: string): string => `${name}.json`

/** Its ending tells what to open it with, where there is no Vigile. */
export const contentFile = ({ name, database, encryption }: Pick<Manifest, 'name' | 'database' | 'encryption'>) =>
  `${name}.${database === 'postgres' ? 'dump' : 'db'}.zst${encryption === 'age' ? '.age' : ''}`

/** The moment in a name; null: it is the name of no backup. */
export const timeOfName = (name: string): number | null => {
  const found = /^vigile-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{6}(\.|$)/.exec(name)
  if (!found) return null
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [number, ...number[]]
  return Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second)
}

export const writeManifest = async (vouching: Vouching, manifest: Manifest): Promise<string> => {
  const statement = JSON.stringify(manifest)
  return `${JSON.stringify({ statement, mac: await vouching.vouch(statement) })}\n`
}

/** `text` as it lies beside the backup of that name. */
export const readManifest = async (vouching: Vouching, name: string, text: string): Promise<ManifestRead> => {
  const damaged = { ok: false, error: 'manifest_damaged' } as const
  const given = file.safeParse(parse(text))
  if (!given.success) return damaged
  const { statement, mac } = given.data
  const verdict = await vouching.check(statement, mac)
  if (verdict === 'wrong') return damaged
  if (verdict === 'unknown_key') return { ok: false, error: 'unknown_secret', keyId: mac.split('.')[0] ?? '' }
  const said = shape.safeParse(parse(statement))
  // A manifest of another backup says the truth, of that one.
  return said.success && said.data.name === name ? { ok: true, value: said.data } : damaged
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
