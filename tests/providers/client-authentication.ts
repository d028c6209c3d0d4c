// Who calls the token endpoint: RFC 6749 2.3.1, by header or in the body.
import type { Client } from './authorization.ts'
import type { Asked } from './stand-in.ts'

export const isClient = (asked: Asked, form: URLSearchParams, client: Client): boolean => {
  const basic = basicOf(asked.headers.authorization)
  const [id, secret] = basic ?? [form.get('client_id'), form.get('client_secret')]
  return id === client.id && secret === client.secret
}

/** The name and the password, each form-encoded before they were joined. */
export const basicOf = (header: string | undefined): readonly [string, string] | null => {
  if (!header?.toLowerCase().startsWith('basic ')) return null
  const joined = Buffer.from(header.slice(6), 'base64').toString()
  const split = joined.indexOf(':')
  const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
  return [decode(joined.slice(0, split)), decode(joined.slice(split + 1))]
}

export const bearerOf = ({ headers }: Asked): string => /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
