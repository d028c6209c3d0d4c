// One person, one browser, one server: everything that a seed decides, from the first sign-in to the horizon.
import { createBrowser } from './browser.ts'
import { createChance } from './chance.ts'
import type { Faults } from './faults.ts'
import { pollMs, polls } from './habits.ts'
import { createMishaps } from './mishaps.ts'
import { createNetwork } from './network.ts'
import { type OpenPage, openPage } from './page.ts'
import { live } from './person.ts'
import { day } from './policy.ts'
import { prefetches } from './prefetch.ts'
import type { Rule } from './rules/rule.ts'
import { createServer } from './server.ts'
import { createStory } from './story.ts'
import type { Thief } from './thieves/thief.ts'
import { type Theft, trial } from './thieves/trial.ts'
import { createTimeline } from './timeline.ts'
import { createWitness, type Logout } from './witness.ts'

export type WorldOptions = {
  readonly seed: number
  readonly index: number
  readonly rule: Rule
  readonly faults: Faults
  readonly days: number
  readonly thief?: Thief
  readonly narrate?: boolean
  /** Turns of the event loop between two events: more where requests have streams. */
  readonly rounds?: number
}

export type WorldResult = {
  readonly refreshes: number
  readonly signIns: number
  readonly rows: Readonly<Record<string, number>>
  /** Of pages that somebody looks at, while signed in: answered, and refused for want of a token. */
  readonly requests: { readonly answered: number; readonly refused: number }
  readonly spurious: readonly Logout[]
  readonly printed: readonly Logout[]
  readonly theft: Theft | null
  readonly story: readonly string[]
}

export type World = ReturnType<typeof createWorld>

export function createWorld({ seed, index, rule, faults, narrate = false, thief }: WorldOptions) {
  // The rule is not in the seed: all rules live through the same weather.
  const chanceOf = (part: string) => createChance(seed, index, thief?.name ?? '', part)
  const timeline = createTimeline()
  const story = createStory(timeline.now, narrate)
  const witness = createWitness(timeline, story)
  // Every other thief finds applications whose requests confirm nothing.
  const keysAlone = thief !== undefined && index % 2 === 1
  const server = createServer({ rule, timeline, chance: chanceOf('server'), story, faults, witness, keysAlone })
  const network = createNetwork({ server, timeline, chance: chanceOf('network'), story, faults })
  const browser = createBrowser({ timeline, chance: chanceOf('browser'), story, faults, witness })

  const kinds = chanceOf('kind')
  const webLocks = !kinds.happens(faults.noWebLocks)
  const storage = !kinds.happens(faults.noStorage)
  const polling = kinds.happens(polls)
  story.tell(
    () =>
      `a browser ${webLocks ? 'with' : 'without'} Web Locks${storage ? '' : ', without storage'}${polling ? ', pages that poll' : ''}`,
  )
  const pageChance = chanceOf('page')
  let opened = 0

  /** What a page that nobody looks at is told does not count. */
  const ask = (page: OpenPage) =>
    page.client.fetch('/things').then(
      ({ status }) => {
        const live = server.isLive(browser.jar().refresh?.sessionId ?? '')
        if (page.hiddenSince === null) witness.answered(status, live)
      },
      () => {},
    )

  const poll = (page: OpenPage) =>
    page.timer(pollMs, () => {
      poll(page)
      void ask(page)
    })

  return {
    timeline,
    story,
    witness,
    server,
    network,
    browser,
    faults,
    /** The thief's and the person's, and whoever else needs a stream of his own. */
    chanceOf,
    longestAbsence: thief ? day : Number.POSITIVE_INFINITY,
    // Either ends the session, and every theft with it: the rule has to find the thief by itself.
    hasElevation: rule.client === 'vigile' && !thief,
    hasSignOut: !thief,
    ask,
    /** Loads a page: it asks at once, and its links may be prefetched. */
    open(): OpenPage {
      const name = `page ${++opened}`
      story.tell(() => `${name} opens`)
      const deps = { timeline, chance: pageChance, network, browser }
      const page = openPage(deps, { name, client: rule.client, webLocks, storage })
      page.client.onSessionEnd(({ reason }) => {
        story.tell(() => `    ${name} hears that the session is over: ${reason}`)
        // A plain page believes an old refusal, too; that is not the rule's fault.
        const other = rule.client === 'plain' && server.isLive(browser.jar().refresh?.sessionId ?? '')
        if (!other) witness.told(reason)
      })
      prefetches({ timeline, chance: pageChance, network, browser, story, faults })
      for (let count = pageChance.whole(1, 3); count > 0; count--) void ask(page)
      if (polling) poll(page)
      return page
    },
  }
}

export async function runWorld(options: WorldOptions): Promise<WorldResult> {
  const world = createWorld(options)
  const theft = options.thief ? trial(world, options.thief) : () => null
  void live(world, createMishaps(world))
  await world.timeline.run(options.days * day, options.rounds)
  const { witness, story } = world
  return {
    refreshes: witness.refreshes(),
    signIns: witness.signIns(),
    rows: witness.rows,
    requests: witness.requests,
    spurious: witness.spurious,
    printed: witness.printed,
    theft: theft(),
    story: story.lines,
  }
}
