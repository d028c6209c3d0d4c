// Somebody who uses the site: comes, looks around, leaves, and signs in again where it is asked for.
import { absence, acts, leavings, pauseMs, signsOut, visitLength } from './habits.ts'
import type { Mishaps } from './mishaps.ts'
import type { OpenPage } from './page.ts'
import { minute, second } from './policy.ts'
import { duration } from './story.ts'
import type { World } from './world.ts'

const credentials = { email: 'ada@example.com', password: 'right' }
const patienceMs = 20 * second

export async function live(world: World, mishaps: Mishaps): Promise<void> {
  const { timeline, browser, witness, story, ask, open, chanceOf } = world
  const { pause, now } = timeline
  const chance = chanceOf('person')
  let triedAt = Number.NEGATIVE_INFINITY

  const pages = () => [...browser.pages] as OpenPage[]
  const shown = () => pages().find(({ hiddenSince }) => hiddenSince === null)
  const openShown = () => {
    const page = open()
    browser.show(page)
    return page
  }

  // Pages are closed and browsers crash while something is on its way, so nobody waits for an answer here.
  const signIn = ({ client }: OpenPage) => {
    if (now() - triedAt < patienceMs) return
    triedAt = now()
    story.tell(() => 'signs in')
    void client.signIn(credentials).then(({ ok }) => {
      const { refresh } = browser.jar()
      if (ok && refresh) witness.signedIn(refresh.sessionId)
    })
  }
  const elevate = () => {
    const page = shown()
    if (!page || !world.hasElevation || !witness.isSignedIn() || browser.isAsleep()) return
    story.tell(() => 'gives a second factor')
    void page.client.changePassword({ currentPassword: '', newPassword: '' })
  }

  const deeds: Record<keyof typeof acts, (page: OpenPage) => void> = {
    ask: (page) => void ask(page),
    navigate(page) {
      browser.closePage(page)
      openShown()
    },
    another: () => void (pages().length < 4 && openShown()),
    close(page) {
      browser.closePage(page)
      browser.show(pages()[0] ?? open())
    },
    switch: () => browser.show(chance.pick(pages())),
    // Some other program is looked at.
    away: () => browser.show(undefined),
  }

  const step = async () => {
    if (browser.isAsleep()) return
    if (!browser.isRunning()) {
      await pause(chance.between([5 * second, minute]))
      browser.start()
      for (let count = chance.whole(0, 2); count > 0; count--) open()
      openShown()
      return
    }
    const page = shown() ?? pages()[0] ?? openShown()
    browser.show(page)
    if (!witness.isSignedIn()) return signIn(page)
    deeds[chance.weighted(acts)](page)
  }

  const arrive = () => {
    browser.wake()
    if (!browser.isRunning()) browser.start()
    const all = pages()
    const page = all.length === 0 ? openShown() : chance.pick(all)
    browser.show(page)
    for (const each of all) void ask(each)
    if (!witness.isSignedIn()) signIn(page)
  }

  const leave = async () => {
    if (browser.isAsleep() || !browser.isRunning()) return
    const page = shown()
    if (page && world.hasSignOut && witness.isSignedIn() && chance.happens(signsOut)) {
      story.tell(() => 'signs out')
      witness.leaves()
      void page.client.signOut()
      // Waits to see it done.
      await pause(minute)
      if (browser.isAsleep() || !browser.isRunning()) return
    }
    switch (chance.weighted(leavings)) {
      case 'quit':
        return browser.quit()
      case 'closePages':
        for (const each of pages()) browser.closePage(each)
        return
      case 'lid':
        return browser.sleep()
      case 'hide':
        return browser.show(undefined)
      case 'stay':
        return
    }
  }

  for (;;) {
    const length = visitLength(chance)
    story.tell(() => `comes for ${duration(length)}`)
    witness.visits += 1
    arrive()
    mishaps.visit(length, elevate)
    for (const until = now() + length; ; ) {
      await pause(chance.around(pauseMs))
      if (now() >= until) break
      await step()
    }
    story.tell(() => 'leaves')
    await leave()
    await pause(absence(chance, world.longestAbsence))
  }
}
