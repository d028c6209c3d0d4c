// The page where somebody is asked, and the codes that it gives: what Discord's and GitHub's have in common.
import { createHash, randomBytes } from 'node:crypto'
import type { Answer, Asked } from './stand-in.ts'

export type Client = {
  readonly id: string
  readonly secret: string
  /** Exactly these; a test adds its own. */
  readonly redirectUris: string[]
}

export type Grant = {
  readonly account: string
  readonly scopes: readonly string[]
  readonly redirectUri: string
  readonly challenge: string
}

export type Authorizations = {
  /** `GET` shows the page, `POST` is its buttons. */
  readonly page: (asked: Asked) => Answer
  /** The grant of a code, once. */
  readonly useCode: (code: string) => Grant | undefined
}

export const createAuthorizations = (provider: {
  readonly name: string
  readonly issuer: string
  readonly client: Client
  readonly accounts: () => readonly string[]
  /** What the provider says when somebody presses Cancel. */
  readonly denied: Readonly<Record<string, string>>
}): Authorizations => {
  const grants = new Map<string, Grant>()
  const page = (asked: Asked): Answer => {
    const query = asked.url.searchParams
    const redirectUri = query.get('redirect_uri') ?? ''
    const wrong = wrongWith(query, provider.client)
    // Nobody is sent to an address that is not registered.
    if (wrong !== null) return { status: 400, headers: html, body: pageOf(provider.name, `<p>${wrong}</p>`) }
    if (asked.method === 'GET')
      return { status: 200, headers: html, body: pageOf(provider.name, formOf(query, provider.accounts())) }
    const form = new URLSearchParams(asked.body)
    const back = (answer: Readonly<Record<string, string>>) => {
      const location = new URL(redirectUri)
      const state = query.get('state')
      const all = { ...answer, ...(state === null ? {} : { state }), iss: provider.issuer }
      for (const [name, value] of Object.entries(all)) location.searchParams.set(name, value)
      return { status: 302, headers: { location: location.href } }
    }
    if (form.get('decision') !== 'authorize') return back(provider.denied)
    const code = randomBytes(15).toString('base64url')
    grants.set(code, {
      account: form.get('account') ?? '',
      scopes: (query.get('scope') ?? '').split(' ').filter(Boolean),
      redirectUri,
      challenge: query.get('code_challenge') ?? '',
    })
    return back({ code })
  }
  const useCode = (code: string) => {
    const grant = grants.get(code)
    grants.delete(code)
    return grant
  }
  return { page, useCode }
}

/** RFC 7636: real providers make it optional, this one checks that it is never left out (S-60). */
export const isVerifierOf = (verifier: string | null, { challenge }: Grant): boolean =>
  verifier !== null && createHash('sha256').update(verifier).digest('base64url') === challenge

const wrongWith = (query: URLSearchParams, client: Client): string | null => {
  if (query.get('client_id') !== client.id) return 'Unknown client_id'
  if (!client.redirectUris.includes(query.get('redirect_uri') ?? '')) return 'Invalid redirect_uri'
  if (query.get('response_type') !== 'code') return 'Unsupported response_type'
  if (query.get('code_challenge_method') !== 'S256') return 'PKCE by S256 is missing'
  if (!/^[\w-]{43}$/.test(query.get('code_challenge') ?? '')) return 'Invalid code_challenge'
  return null
}

const html = { 'content-type': 'text/html; charset=utf-8' }

const pageOf = (name: string, content: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>${name} stand-in</title><h1>${name}</h1>${content}</html>`

const formOf = (query: URLSearchParams, accounts: readonly string[]) =>
  `<p>An application asks for: ${escapeHtml(query.get('scope') ?? '')}</p>${decisionForm(accounts)}`

/** Posts to the address that it came from. */
export const decisionForm = (accounts: readonly string[]): string => {
  const options = accounts.map((account) => `<option>${escapeHtml(account)}</option>`).join('')
  return `<form method="post">
  <label>Account <select name="account">${options}</select></label>
  <button name="decision" value="authorize">Authorize</button>
  <button name="decision" value="cancel">Cancel</button>
</form>`
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
