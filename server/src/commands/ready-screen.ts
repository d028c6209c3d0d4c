// What `vigile start` shows a person: only what exists.
import { relative } from 'node:path'
import type { Configuration } from '../configuration/load-configuration.ts'
import type { Catalogue } from '../messages/catalogue.ts'
import { version } from '../version.ts'

type Site = {
  readonly publicUrl: string
  readonly config: Configuration
  readonly folder: string
  /** Of the link that makes the first administrator; null: there is one. */
  readonly claimToken: string | null
}

export const readyScreen = (
  { publicUrl, config, folder, claimToken }: Site,
  { start }: Catalogue,
  terminal: boolean,
): string => {
  const paint = (code: number, text: string) => (terminal ? `\x1b[${code}m${text}\x1b[0m` : text)
  const url = publicUrl.replace(/\/$/, '')
  const title = start.ready(version.split('.').slice(0, 2).join('.'))
  // Behind `#`: no server, and no log of one, sees it. Nor does a log that this is written to.
  const claim = (token: string) => (terminal ? start.claimText(`${url}/claim#${token}`) : start.claimCommand)
  const rows: (readonly [string, string])[] = [
    ...(config.accounts?.signUp === false ? [] : [[start.signUp, `${url}/sign-up`] as const]),
    ...(claimToken === null ? [] : [[start.claim, claim(claimToken)] as const]),
    ...(config.production || config.mail?.url ? [] : [[start.mailbox, `${url}/mailbox`] as const]),
    [start.api, `${url}/docs`],
    [start.data, describeDatabase(config.database, folder, start.embedded)],
    ...(config.redis === undefined ? [] : [[start.cache, describeServer(config.redis, 'Redis')] as const]),
  ]
  const lines = rows.map(([label, value]) => `  ${label.padEnd(26)} ${value}`)
  return [`${paint(1, title.padEnd(28))} ${paint(36, url)}`, ...lines, ''].join('\n')
}

const describeDatabase = (database: string | undefined, folder: string, embedded: (path: string) => string): string => {
  if (database !== undefined && !database.startsWith('file:')) return describeServer(database, 'PostgreSQL')
  const path = (database ?? 'file:./data/vigile.db').slice('file:'.length)
  const shown = path.startsWith('/') ? relative(folder, path) : path
  return embedded(path.startsWith('/') && shown.startsWith('..') ? path : shown.startsWith('.') ? shown : `./${shown}`)
}

/** Where it is, never how one gets in. */
const describeServer = (url: string, kind: string): string => {
  if (!URL.canParse(url)) return kind
  const { host, pathname } = new URL(url)
  return `${kind}, ${host}${pathname === '/' ? '' : pathname}`
}
