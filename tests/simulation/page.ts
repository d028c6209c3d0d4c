// A page with a client in it: the real one on simulated ports, or a plain one.
import type { Client } from '../../client/src/api.ts'
import { assembleClient } from '../../client/src/client.ts'
import { electionLocks } from '../../client/src/election.ts'
import { aborted } from '../../client/src/fake-locks.suite.ts'
import type { Channel, Ports } from '../../client/src/ports.ts'
import type { Browser, Page } from './browser.ts'
import type { Chance } from './chance.ts'
import { spans } from './faults.ts'
import { lightResponse } from './light-globals.ts'
import type { Network } from './network.ts'
import { createPlainClient } from './plain-client.ts'
import { apart, throttledTimer } from './throttle.ts'
import type { Timeline } from './timeline.ts'

export type PageClient = Pick<
  Client,
  'fetch' | 'signIn' | 'signOut' | 'changePassword' | 'onSessionEnd' | 'start' | 'stop'
>
export type OpenPage = Page & { readonly client: PageClient; readonly timer: Ports['timer'] }

type Deps = { timeline: Timeline; chance: Chance; network: Network; browser: Browser }
type Kind = { name: string; client: 'vigile' | 'plain'; webLocks: boolean; storage: boolean }

const authPath = '/api/auth'

export function openPage({ timeline, chance, network, browser }: Deps, kind: Kind): OpenPage {
  const page: Page = {
    name: kind.name,
    closed: false,
    frozen: false,
    hiddenSince: timeline.now(),
    backlog: [],
    hear: { session: new Set(), lock: new Set() },
    wakers: new Set(),
    close: () => client.stop(),
  }

  const timer = throttledTimer(timeline, browser, page)
  const channel = (name: 'session' | 'lock'): Channel => ({
    post(message) {
      for (const other of browser.pages) {
        if (other === page) continue
        for (const hear of other.hear[name])
          timeline.after(chance.between(spans.channel), () =>
            browser.inPage(other, () => other.hear[name].has(hear) && hear(message)),
          )
      }
    },
    listen(hear) {
      page.hear[name].add(hear)
      return () => void page.hear[name].delete(hear)
    },
  })

  const fetch = async (request: Request): Promise<Response> => {
    const text = await request.text()
    if (request.signal?.aborted) throw aborted()
    const { pathname } = new URL(request.url)
    const path = pathname.startsWith(authPath) ? pathname.slice(authPath.length) : '/things'
    const csrf = request.headers.get('X-CSRF-Token') ?? ''
    const wire = { from: 'owner', path, jar: browser.jar(), csrf, body: text ? JSON.parse(text) : {} } as const
    return new Promise((resolve, reject) => {
      let open = true
      request.signal?.addEventListener('abort', () => {
        open = false
        reject(aborted())
      })
      network.carry(wire, (answer) =>
        browser.arrives((alive) => {
          // An answer to a request that was given up, or to a page that is gone, sets no cookie. A frozen page has yet to give up.
          if (!open || page.closed) return
          if (answer && alive) browser.takes(answer, true)
          browser.inPage(page, () =>
            answer && alive ? resolve(lightResponse(answer.status, answer.body)) : reject(new TypeError('network')),
          )
        }),
      )
    })
  }

  const ports: Ports = {
    fetch,
    now: browser.now,
    wall: browser.wall,
    random: chance.next,
    timer,
    locks: apart(browser.locks.of(page), timer),
    channel: channel('session'),
    storage: {
      get: (key) => (kind.storage ? (browser.storage.get(key) ?? null) : null),
      set(key, value) {
        if (!kind.storage) return
        browser.storage.set(key, value)
        browser.stored()
      },
    },
    cookies() {
      const { csrf } = browser.jar()
      return csrf ? `vigile_csrf=${csrf}` : ''
    },
    baseUrl: () => 'http://app.test/page',
    language: () => '',
    visible: () => page.hiddenSince === null,
    listen(wake) {
      page.wakers.add(wake)
      return () => void page.wakers.delete(wake)
    },
  }
  if (!kind.webLocks) ports.locks = electionLocks(ports, channel('lock'))
  const client: PageClient = kind.client === 'vigile' ? assembleClient(ports) : createPlainClient(ports)
  browser.pages.add(page)
  client.start()
  return Object.assign(page, { client, timer })
}
