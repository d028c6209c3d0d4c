// The way to the server and back: slow, lossy, repeating.
import type { Chance } from './chance.ts'
import { badWeatherLoss, type Faults, spans } from './faults.ts'
import type { Server } from './server.ts'
import { duration, type Story } from './story.ts'
import type { Timeline } from './timeline.ts'
import type { Answer, Reply, WireRequest } from './wire.ts'

export type Network = ReturnType<typeof createNetwork>

type Deps = { server: Server; timeline: Timeline; chance: Chance; story: Story; faults: Faults }

const foreign: Answer[] = [
  { status: 502, body: '<html>' },
  { status: 503, body: '<html>' },
  { status: 200, body: '<html>' },
  { status: 429, body: { code: 'rate_limited' } },
]
/** A proxy that repeats a request does so within this. */
const repeatMs = [0, 3000] as const

export function createNetwork({ server, timeline, chance, story, faults }: Deps) {
  let badUntil = 0

  const isLost = (rate: number) => chance.happens(timeline.now() < badUntil ? Math.max(rate, badWeatherLoss) : rate)

  /** How long one way takes. */
  const way = (what: string, late: number): number => {
    const isLate = chance.happens(late)
    const takes = chance.between(isLate ? spans.late : spans.owner)
    if (isLate) story.tell(() => `    ${what} is late by ${duration(takes)}`)
    return takes
  }

  return {
    badWeather(ms: number) {
      badUntil = timeline.now() + ms
    },
    /** Null: the browser is told that the connection failed. Where nothing ever comes back, nothing is told. */
    carry(request: WireRequest, arrived: Reply) {
      const name = `${request.from} ${request.path}`
      const after = (ms: number, run: () => void) => void timeline.after(ms, run)
      const fail = (what: string) => {
        const silent = chance.happens(0.5)
        story.tell(() => `    ${what}: ${silent ? 'nothing is heard' : 'the connection fails'}`)
        if (!silent) after(chance.between(spans.owner), () => arrived(null))
      }
      let waiting = true
      const back: Reply = (answer) => {
        if (!waiting) return
        waiting = false
        if (!answer || isLost(faults.answerLost)) fail(`the answer to ${name} is lost`)
        else after(way(`the answer to ${name}`, faults.answerLate), () => arrived(answer))
      }

      if (isLost(faults.requestLost)) {
        fail(`${name} never arrives`)
      } else if (chance.happens(faults.foreignAnswer)) {
        const answer = chance.pick(foreign)
        story.tell(() => `    ${name} is answered by another machine: ${answer.status}`)
        after(chance.between(spans.owner), () => arrived(answer))
      } else {
        const takes = way(name, faults.requestLate)
        const repeated = chance.happens(faults.repeated)
        // The first answer counts, or only the second one's.
        const deaf = repeated && chance.happens(0.5)
        after(takes, () => server.handle(request, deaf ? () => {} : back))
        if (!repeated) return
        story.tell(() => `    ${name} is sent twice`)
        after(takes + chance.between(repeatMs), () => server.handle(request, back))
      }
    },
  }
}
