// The configurations of docs/forward-auth.md as people copy them; only addresses and certificates are those of the test.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { blocksIn, isIgnored } from '../docs/blocks.ts'
import type { Certificate } from '../services/certificate.ts'

const page = 'docs/forward-auth.md'

export type Upstreams = { readonly vigile: number; readonly application: number }

type Router = {
  readonly rule: string
  readonly service: string
  readonly priority: number
  readonly middlewares?: string[]
}
export type Traefik = {
  readonly http: {
    readonly routers: Readonly<Record<'vigile' | 'application', Router>>
    readonly middlewares: {
      readonly 'no-forged-names': {
        readonly headers: { readonly customRequestHeaders: Readonly<Record<string, string>> }
      }
      readonly 'signed-in': { readonly forwardAuth: Readonly<Record<string, unknown>> }
    }
    readonly services: Readonly<Record<string, unknown>>
  }
}

const pageText = readFileSync(join(import.meta.dirname, '../..', page), 'utf8')

const blockOf = (language: string): string => {
  const block = blocksIn(page, pageText).find((one) => one.language === language && !isIgnored(one))
  if (!block) throw new Error(`${page} has no block of ${language}`)
  return block.code
}

const replace = (text: string, pairs: readonly (readonly [string, string])[]): string =>
  pairs.reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`${page} does not say "${from}" any more`)
    return all.replaceAll(from, to)
  }, text)

const said = (line: string): string => {
  if (!pageText.includes(`\n${line}\n`)) throw new Error(`${page} has no line "${line}" any more`)
  return line
}

const upstreams = ({ vigile, application }: Upstreams) =>
  [
    ['127.0.0.1:3000', `127.0.0.1:${vigile}`],
    ['127.0.0.1:8080', `127.0.0.1:${application}`],
  ] as const

/** The part of a text from that line to the brace that closes it. */
const partOf = (text: string, line: string): string => {
  const indent = /^\s*/.exec(line)?.[0] ?? ''
  const [from, end] = [text.indexOf(`${line}\n`), `\n${indent}}\n`]
  if (from < 0) throw new Error(`${page} has no line "${line}" any more`)
  return text.slice(from, text.indexOf(end, from) + end.length)
}

/** A part of the site under `/staff` for who has the role `staff`, made as the page says. */
const withStaff = (text: string): string => {
  const asking = replace(partOf(text, '  location = /api/auth/forward {'), [
    ['= /api/auth/forward {', '= /api/auth/forward/staff {'],
    ['proxy_pass http://vigile;', 'proxy_pass http://vigile/api/auth/forward?role=staff;'],
  ])
  const part = replace(partOf(text, '  location / {'), [
    ['location / {', said('location ~* ^/staff\\b {')],
    ['auth_request /api/auth/forward;', 'auth_request /api/auth/forward/staff;'],
  ])
  return replace(text, [['  location @signed_out {', `${asking}${part}  location @signed_out {`]])
}

const withStaffInCaddy = (text: string): string => {
  const part = replace(partOf(text, '\thandle {'), [
    ['handle {', `${said('@staff path_regexp (?i)^/staff\\b')}\n\t${said('handle @staff {')}`],
    ['uri /api/auth/forward?', 'uri /api/auth/forward?role=staff'],
  ])
  return replace(text, [['\thandle {\n', `${part}\thandle {\n`]])
}

/** For `http { … }`. Without a certificate it speaks plain HTTP. */
export const documentedNginx = (port: number, to: Upstreams, tls?: Certificate): string =>
  replace(withStaff(blockOf('nginx')), [
    ...upstreams(to),
    ['listen 443 ssl;', `listen 127.0.0.1:${port}${tls ? ' ssl' : ''};`],
    ['server_name shop.example.com;', 'server_name localhost;'],
    ['ssl_certificate /etc/ssl/shop.example.com.pem;', tls ? `ssl_certificate ${tls.certificate};` : ''],
    ['ssl_certificate_key /etc/ssl/shop.example.com.key;', tls ? `ssl_certificate_key ${tls.key};` : ''],
  ])

export const documentedCaddy = (port: number, to: Upstreams): string =>
  replace(withStaffInCaddy(blockOf('caddyfile')), [
    ...upstreams(to),
    ['shop.example.com {', `http://localhost:${port} {`],
  ])

/** Traefik is not run here. */
export const documentedTraefik = (): Traefik => parse(blockOf('yaml'))
