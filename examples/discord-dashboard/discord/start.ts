// A Discord for a desk: it speaks the real endpoints, and has a switch for what goes wrong at the real one.
import { createServer } from 'node:http'
import { type DiscordStandIn, startDiscord, tooMany } from '../../../tests/providers/discord.ts'
import { freePort } from '../../../tests/services/place.ts'
import { people } from './people.ts'

const slowMs = 4_000

/** What the switch can be set to. */
const faults: Readonly<Record<string, (discord: DiscordStandIn) => void>> = {
  well: () => {},
  down: (discord) => discord.always('*', 503),
  slow: (discord) =>
    discord.always('*', {
      get after() {
        return new Promise((resolve) => setTimeout(resolve, slowMs))
      },
    }),
  limiting: (discord) => {
    for (const endpoint of ['user', 'guilds']) discord.always(endpoint, tooMany(60))
  },
  /** Everybody took back what they allowed, in Discord's own settings. */
  'dead tokens': (discord) => {
    for (const { username } of people) discord.tokens.forget(username)
  },
}

/** Gives the variables that the dashboard finds it by. */
export const startLocalDiscord = async (publicUrl: string): Promise<Record<string, string>> => {
  const discord = await startDiscord({ people, redirectUris: [`${publicUrl}/api/auth/oauth/discord/callback`] })
  let set = 'well'
  const server = createServer((request, response) => {
    const asked = decodeURIComponent(/^\/set\/(.+)$/.exec(request.url ?? '')?.[1] ?? '')
    if (request.method === 'POST' && faults[asked]) {
      discord.mend()
      faults[asked](discord)
      set = asked
      return response.writeHead(303, { location: '/' }).end()
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(set))
  })
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  console.log(`Discord, a stand-in       ${discord.url}\n  what goes wrong there  http://127.0.0.1:${port}`)
  return {
    DISCORD_SITE: discord.url,
    DISCORD_CLIENT_ID: discord.client.id,
    DISCORD_CLIENT_SECRET: discord.client.secret,
  }
}

const page = (set: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Discord's switch</title>
<style>body { font: 1rem system-ui; margin: 3rem auto; max-width: 24rem } button { width: 100%; margin: .2rem; padding: .8rem }</style>
<h1>Discord is: ${set}</h1>
${Object.keys(faults)
  .map((name) => `<form method="post" action="/set/${encodeURIComponent(name)}"><button>${name}</button></form>`)
  .join('')}</html>`
