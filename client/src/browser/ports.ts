// The browser, as the client asks for it.
import { electionLocks } from '../election.ts'
import type { Ports } from '../ports.ts'
import { browserChannel } from './channel.ts'
import { browserStorage } from './storage.ts'

/** `boundPath`: the auth path, where sessions are to be bound. Safe to call where there is no browser: nothing is touched before it is used. */
export function browserPorts(app: string, boundPath?: string): Ports {
  const page = globalThis.document as Document | undefined
  const timing: Pick<Ports, 'wall' | 'random' | 'timer'> = {
    wall: Date.now,
    random: Math.random,
    timer(milliseconds, run) {
      const id = setTimeout(run, milliseconds)
      return () => clearTimeout(id)
    },
  }
  let loading: Promise<Ports['fetch']> | undefined
  const bound = (path: string) =>
    (loading ??= import('../binding/bound-fetch.ts').then(
      (chunk) => chunk.createBoundFetch(app, path),
      (error) => {
        loading = undefined
        throw error
      },
    ))
  return {
    ...timing,
    fetch: async (request) => (boundPath ? (await bound(boundPath))(request) : fetch(request)),
    now: () => performance.now(),
    locks: globalThis.navigator?.locks ?? electionLocks(timing, browserChannel(`${app}:lock`)),
    channel: browserChannel(`${app}:session`),
    storage: browserStorage,
    cookies: () => page?.cookie ?? '',
    baseUrl: () => page?.baseURI ?? 'http://localhost',
    language: () => page?.documentElement.lang ?? '',
    visible: () => page?.visibilityState === 'visible',
    listen(wake) {
      const listening = new AbortController()
      // On its way down each passes the window, also those of the document that don't bubble.
      const options = { capture: true, signal: listening.signal }
      for (const event of ['visibilitychange', 'pageshow', 'resume', 'online'])
        globalThis.addEventListener(event, () => wake(event === 'online'), options)
      return () => listening.abort()
    },
  }
}
