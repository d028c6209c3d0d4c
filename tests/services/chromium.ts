// Debian's Chromium, headless, driven by Playwright; it can be killed and started again on the same profile.
import { existsSync } from 'node:fs'
import { mkdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import { temporaryFolder } from './place.ts'
import { programPath } from './program-path.ts'

export interface Chromium {
  /** One profile: its pages share cookies and storage. */
  context: BrowserContext
  /** Give it to `launchChromium` again to come back on the same profile. */
  profileFolder: string
  /** SIGKILL to all its processes: what it has not written to disk is lost. */
  kill: () => Promise<void>
  /** SIGSTOP to all its processes, as a laptop that sleeps. */
  pause: () => void
  resume: () => void
  /** Ends it; removes the profile unless the caller gave it. */
  stop: () => Promise<void>
}

// The background services are off, so that the browser speaks to nobody but the test's own servers.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Playwright's own bound on a wait is meant for a machine with nothing else to do. */
export const patienceMs = 90_000

export async function launchChromium(profileFolder?: string, options: LaunchOptions = {}): Promise<Chromium> {
  const folder = profileFolder ? undefined : await temporaryFolder('chromium')
  const profile = profileFolder ?? (folder?.path as string)
  await mkdir(profile, { recursive: true })
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: programPath('chromium'),
    timeout: patienceMs,
    ...options,
    args: [...flags, ...(options.args ?? [])],
    // The test process decides when to end; Playwright's own handlers would end it before it has cleaned up.
    handleSIGHUP: false,
    handleSIGINT: false,
    handleSIGTERM: false,
  })
  context.setDefaultTimeout(patienceMs)
  const pid = await browserProcess(profile)
  // Playwright makes the browser the leader of a process group of its own.
  const signal = (name: NodeJS.Signals) => process.kill(-pid, name)
  let ended = false
  context.once('close', () => {
    ended = true
  })
  return {
    context,
    profileFolder: profile,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    kill: async () => {
      if (ended) return
      const closed = new Promise<void>((resolve) => context.once('close', () => resolve()))
      signal('SIGKILL')
      await closed
      await untilGone(pid)
    },
    stop: async () => {
      if (!ended) await context.close()
      await folder?.remove()
    },
  }
}

/** Chromium locks a profile by a link that names its host and process: `SingletonLock -> host-1234`. */
async function browserProcess(profile: string): Promise<number> {
  const target = await readlink(join(profile, 'SingletonLock'))
  return Number(target.slice(target.lastIndexOf('-') + 1))
}

/** Once the process is gone its profile can be opened again. */
async function untilGone(pid: number): Promise<void> {
  for (let tries = 0; existsSync(`/proc/${pid}`) && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
