// The dashboard as people start it, with a Discord whose faults and tokens are the test's.

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { type DiscordStandIn, startDiscord } from '../../../tests/providers/discord.ts'
import { walk } from '../../../tests/providers/walk.ts'
import { freePort } from '../../../tests/services/place.ts'
import { type Example, type ExampleOptions, startExample } from '../../../tests/support/example.ts'
import { createVisitor, type Reply, type Visitor } from '../../../tests/support/visitor.ts'
import { people } from '../discord/people.ts'

export type Dashboard = Example & {
  readonly discord: DiscordStandIn
  /** A browser without pages. */
  visitor(): Visitor
}

export const openDashboard = async (options: ExampleOptions = {}): Promise<Dashboard> => {
  const port = await freePort()
  const redirectUris = [`http://localhost:${port}/api/auth/oauth/discord/callback`]
  const discord = await startDiscord({ people, redirectUris })
  const env = {
    DISCORD_SITE: discord.url,
    DISCORD_CLIENT_ID: discord.client.id,
    DISCORD_CLIENT_SECRET: discord.client.secret,
    ...options.env,
  }
  const example = await startExample('discord-dashboard', { ...options, port, env })
  const visitor = () =>
    createVisitor({
      vigile: () => ({ fetch: (request) => fetch(request, { redirect: 'manual' }) }),
      publicUrl: example.url,
      now: Date.now,
      address: '127.0.0.1',
      app: 'dashboard',
    })
  const stop = async () => {
    await example.stop()
    await discord.close()
  }
  return { ...example, discord, visitor, stop }
}

/** To Discord and back: the path of the callback, which nobody has opened yet. */
export const toCallback = async (visitor: Visitor, account = 'ada'): Promise<string> => {
  const { headers } = await visitor.get('/api/auth/oauth/discord?returnTo=/guilds')
  const { pathname, search } = new URL(await walk(headers.get('location') ?? '', { account }))
  return `${pathname}${search}`
}

/** Where a redirect leads; fails where there is none. */
export const landing = ({ headers, status }: Reply): URL => {
  expect(status).toBe(303)
  return new URL(headers.get('location') ?? '')
}

export const toHandle = async (visitor: Visitor, account?: string): Promise<string> =>
  landing(await visitor.get(await toCallback(visitor, account))).searchParams.get('session') ?? ''

export const exchange = (visitor: Visitor, sessionId: unknown): Promise<Reply> =>
  visitor.post('/api/auth/exchange-session', { sessionId })

export type SignedIn = {
  readonly visitor: Visitor
  readonly accessToken: string
  /** As the page does: by the token, without a cookie. */
  ask(method: string, path: string, body?: unknown): Promise<Reply>
}

export const signIn = async (dashboard: Dashboard, account?: string): Promise<SignedIn> => {
  const visitor = dashboard.visitor()
  const { status, body } = await exchange(visitor, await toHandle(visitor, account))
  expect(status).toBe(200)
  const { accessToken } = body as { accessToken: string }
  const headers = { authorization: `Bearer ${accessToken}` }
  return {
    visitor,
    accessToken,
    ask: (method, path, sent) => visitor.send(method, path, { headers, cookie: null, csrf: null, body: sent }),
  }
}

/** Through the pages of both, in a browser. */
export const signInAt = async (page: Page, { url }: Dashboard, account = 'ada'): Promise<void> => {
  await page.goto(url)
  await page.getByRole('link', { name: 'Sign in with Discord' }).click()
  await page.getByLabel('Account').selectOption(account)
  await page.getByRole('button', { name: 'Authorize' }).click()
  await page.waitForURL(`${url}/guilds`)
  await page.getByRole('heading', { name: 'Your guilds' }).waitFor()
}
