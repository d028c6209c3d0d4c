import { expect, test } from 'vitest'
import { electionLocks } from './election.ts'
import { createFakeBrowser } from './fake-browser.suite.ts'

function elected() {
  const browser = createFakeBrowser()
  const log: string[] = []
  const tab = () => {
    const { ports, freeze } = browser.tab({ started: false })
    const locks = electionLocks(ports, ports.channel)
    const work = (name: string, milliseconds: number) => () =>
      new Promise<string>((done) => {
        log.push(`${name} in`)
        ports.timer(milliseconds, () => {
          log.push(`${name} out`)
          done(name)
        })
      })
    return { locks, work, freeze }
  }
  return { ...browser, log, tab }
}

test('CLI-3 candidates that ask at once hold the lock one after another', async () => {
  const { log, tab, until } = elected()
  const all = Array.from({ length: 5 }, tab)
  await until(Promise.all(all.map(({ locks, work }, n) => locks.request('l', {}, work(`${n}`, 300)))))
  expect(log).toHaveLength(10)
  for (let turn = 0; turn < 10; turn += 2) expect(log[turn + 1]).toBe(log[turn]!.replace('in', 'out'))
})

test('CLI-3 a holder keeps the lock against one whose clock says that it asked earlier', async () => {
  const { log, tab, until, advance, setWall } = elected()
  const [one, two] = [tab(), tab()]
  const first = one.locks.request('l', {}, one.work('one', 1000))
  await advance(150)
  setWall(-86_400_000)
  await until(Promise.all([first, two.locks.request('l', {}, two.work('two', 10))]))
  expect(log).toEqual(['one in', 'one out', 'two in', 'two out'])
})

test('CLI-3 two candidates of one tab: when the first is done, the second still hears the others', async () => {
  const { log, tab, until, advance } = elected()
  const [one, two] = [tab(), tab()]
  const first = one.locks.request('l', {}, one.work('a', 200))
  await advance(5)
  const second = one.locks.request('l', {}, one.work('b', 1000))
  await advance(600)
  await until(Promise.all([first, second, two.locks.request('l', {}, two.work('c', 10))]))
  expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
})

test('H-16 waiting ends with its signal, and stealing does not wait', async () => {
  const { tab, until, advance, clock } = elected()
  const [one, two] = [tab(), tab()]
  void one.locks.request('l', {}, one.work('one', 100_000))
  await advance(150)
  const giveUp = new AbortController()
  clock.timer(500, () => giveUp.abort())
  await expect(until(two.locks.request('l', { signal: giveUp.signal }, two.work('two', 10)))).rejects.toThrow('abort')
  const from = clock.now()
  expect(await until(two.locks.request('l', { steal: true }, two.work('two', 10)))).toBe('two')
  expect(clock.now() - from).toBeLessThan(200)
})

test('H-16 a frozen holder cannot object', async () => {
  const { tab, until, advance, clock } = elected()
  const [one, two] = [tab(), tab()]
  void one.locks.request('l', {}, one.work('one', 100_000))
  await advance(150)
  one.freeze()
  const from = clock.now()
  expect(await until(two.locks.request('l', {}, two.work('two', 10)))).toBe('two')
  expect(clock.now() - from).toBeLessThan(200)
})
