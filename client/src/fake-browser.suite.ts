// A browser for tests: tabs that share a cookie jar, locks, channel and storage, and that can be frozen, thawed and closed.

import type { ClientOptions } from './api.ts'
import { assembleClient } from './client.ts'
import { electionLocks } from './election.ts'
import { createFakeClock } from './fake-clock.suite.ts'
import { aborted, createFakeLocks } from './fake-locks.suite.ts'
import { type Answer, createFakeServer, type Jar } from './fake-server.suite.ts'
import type { Ports } from './ports.ts'

export const origin = 'http://app.test'

export type FakeBrowser = ReturnType<typeof createFakeBrowser>
export type FakeTab = ReturnType<FakeBrowser['tab']>

/** What the browser offers to this tab; all by default. `started: false`: the client does nothing by itself. */
type TabOptions = { webLocks?: boolean; channel?: boolean; storage?: boolean; started?: boolean }

type Task = () => void
type Tab = { frozen: boolean; closed: boolean; backlog: Task[]; hear: Set<(message: unknown) => void> }

export function createFakeBrowser() {
  const clock = createFakeClock()
  const server = createFakeServer(clock.now)
  const jar: Jar = new Map()
  const storage = new Map<string, string>()
  const messages: unknown[] = []
  const tabs = new Set<Tab>()
  let wallOffset = 1_800_000_000_000
  let seed = 1
  let asleep = 0
  /** What the jar held after each change, by awake time: what a crash goes back to. */
  const written: { at: number; jar: Jar }[] = []

  /** Runs a tab's task, once it can. */
  const inTab = (tab: Tab, task: Task) => {
    if (tab.closed) return
    if (tab.frozen) tab.backlog.push(task)
    else task()
  }

  const locks = createFakeLocks<Tab>(inTab)

  const fetchIn = async (tab: Tab, request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const sent = new Map(jar)
    const text = await request.text()
    const body = text.startsWith('{') ? JSON.parse(text) : text
    const csrf = request.headers.get('X-CSRF-Token')
    const entry = { path: pathname, body, csrf, at: clock.now(), status: 'sent' as number | string }
    server.log.push(entry)
    return new Promise((resolve, reject) => {
      if (request.signal.aborted) return reject(aborted())
      let open = true
      request.signal.addEventListener('abort', () => {
        open = false
        reject(aborted())
      })
      const fault = server.fault(pathname, server.requests(pathname).length)
      const fail = () => inTab(tab, () => reject(new TypeError('network')))
      clock.timer(server.latencyMs, () => {
        if (fault === 'unreachable') return fail()
        const foreign = typeof fault === 'object'
        const answer: Answer = foreign ? fault : server.handle(request.method, pathname, body, sent, csrf)
        entry.status = typeof fault === 'string' ? fault : answer.status
        if (fault === 'hangs') return
        clock.timer(server.latencyMs, () => {
          if (fault === 'lost') return fail()
          // An aborted request sets no cookie; that of a frozen tab does: its abort has yet to run.
          if (!open || tab.closed) return
          for (const [name, value] of Object.entries(answer.set ?? {})) {
            if (value === null) jar.delete(name)
            else jar.set(name, value)
          }
          written.push({ at: clock.now() - asleep, jar: new Map(jar) })
          const payload =
            answer.body === undefined
              ? null
              : typeof answer.body === 'string'
                ? answer.body
                : JSON.stringify(answer.body)
          inTab(tab, () => resolve(new Response(payload, { status: answer.status, headers: answer.headers ?? {} })))
        })
      })
    })
  }

  const wall = () => clock.now() + wallOffset

  return {
    clock,
    server,
    jar,
    storage,
    messages,
    wall,
    advance: clock.advance,
    until: clock.until,
    /** The wall clock is set: later by so much, or earlier. */
    setWall(byMs: number) {
      wallOffset += byMs
    },
    /** The machine sleeps: time passes, nothing runs, and monotonic clocks may stand still. */
    async sleep(milliseconds: number) {
      const awake = [...tabs].filter((tab) => !tab.frozen)
      for (const tab of awake) tab.frozen = true
      await clock.advance(milliseconds)
      asleep += milliseconds
      for (const tab of awake) thaw(tab)
    },
    /** All tabs are gone, and the cookies that came within so much awake time with them: they were not on the disk yet. */
    crash(unwrittenMs: number) {
      for (const tab of tabs) {
        tab.closed = true
        locks.drop(tab)
      }
      tabs.clear()
      const lastWrite = clock.now() - asleep - unwrittenMs
      while (written.length > 0 && written.at(-1)!.at > lastWrite) written.pop()
      jar.clear()
      for (const [name, value] of written.at(-1)?.jar ?? []) jar.set(name, value)
    },
    tab(options: ClientOptions & TabOptions = {}) {
      const { webLocks = true, channel = true, storage: withStorage = true, started = true, ...clientOptions } = options
      let language = ''
      const state: Tab = { frozen: false, closed: false, backlog: [], hear: new Set() }
      tabs.add(state)
      let visible = true
      let lostNow = 0
      const wakers = new Set<(online: boolean) => void>()
      const ports: Ports = {
        fetch: (request) => fetchIn(state, request),
        now: () => clock.now() - lostNow,
        wall,
        random: () => {
          seed = (seed * 48_271) % 2_147_483_647
          return seed / 2_147_483_647
        },
        timer: (milliseconds, run) => {
          let live = true
          const cancel = clock.timer(milliseconds, () => inTab(state, () => live && run()))
          return () => {
            live = false
            cancel()
          }
        },
        locks: locks.of(state),
        channel: {
          post(message) {
            if (!channel) return
            const copy = structuredClone(message)
            messages.push(copy)
            for (const other of tabs) {
              if (other === state) continue
              for (const hear of other.hear)
                clock.timer(1, () => inTab(other, () => other.hear.has(hear) && hear(copy)))
            }
          },
          listen(hear) {
            if (channel) state.hear.add(hear)
            return () => void state.hear.delete(hear)
          },
        },
        storage: {
          get: (key) => (withStorage ? (storage.get(key) ?? null) : null),
          set: (key, value) => void (withStorage && storage.set(key, value)),
        },
        cookies: () =>
          [...jar]
            .filter(([name]) => /csrf|hint/.test(name))
            .map(([name, value]) => `${name}=${value}`)
            .join('; '),
        baseUrl: () => `${origin}/page`,
        language: () => language,
        visible: () => visible,
        listen(wake) {
          wakers.add(wake)
          return () => void wakers.delete(wake)
        },
      }
      if (!webLocks) ports.locks = electionLocks(ports, ports.channel)
      const client = assembleClient(ports, clientOptions)
      const events: string[] = []
      client.onSessionEnd(({ reason }) => events.push(`end ${reason}`))
      client.onSessionStart(() => events.push('start'))
      if (started) client.start()
      const wake = (online = false) => {
        for (const each of wakers) inTab(state, () => each(online))
      }
      return {
        client,
        ports,
        events,
        show(now: boolean) {
          visible = now
          wake()
        },
        online: () => wake(true),
        speak(next: string) {
          language = next
        },
        /** Monotonic time that did not pass here, as where sleep isn't counted. */
        lose: (milliseconds: number) => {
          lostNow += milliseconds
        },
        freeze() {
          state.frozen = true
        },
        thaw: () => thaw(state),
        close() {
          client.stop()
          state.closed = true
          tabs.delete(state)
          locks.drop(state)
        },
      }
    },
  }
}

const thaw = (tab: Tab) => {
  tab.frozen = false
  for (let task = tab.backlog.shift(); task; task = tab.backlog.shift()) task()
}
