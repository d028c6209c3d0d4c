// The browser, as the client asks for it.
import type { ClientOptions } from '../api.ts'
import { electionLocks } from '../election.ts'
import type { Ports } from '../ports.ts'
import { browserChannel } from './channel.ts'
import { browserStorage } from './storage.ts'

/** Safe to call where there is no browser: nothing is touched before it is used. */
export function browserPorts(options: ClientOptions & { readonly app: string; readonly authPath: string }): Ports {
  const { app, binding, delivery } = options
  const page = globalThis.document as Document | undefined
  const timing: Pick<Ports, 'wall' | 'random' | 'timer'> = {
    wall: Date.now,
    random: Math.random,
    timer(milliseconds, run) {
      const id = setTimeout(run, milliseconds)
      return () => clearTimeout(id)
    },
  }
  return {
    ...timing,
    fetch: async (request) =>
      (binding || delivery === 'body' ? (await import('../extra-fetch.ts')).extraFetch(options) : fetch)(request),
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
