// The same with 200 kills: `tests/nodes/kill.ts --times 200`.
import { expect, test } from 'vitest'
import { killEmbedded } from './kill-embedded.ts'

const times = 12
// Seconds on a quiet machine.
const patienceMs = 600_000

test(
  'PROTOCOL 3 OPS-11 AUD-2 S-67 H-10 a server on the embedded database is killed again and again under load: no acknowledged act is lost, nobody has to sign in again, who signed out stays out',
  async () => {
    const report = await killEmbedded({ times, people: 20 })
    expect(report.wrong).toEqual([])
    expect(report.kills).toBe(times)
    // It was under load, and answers were lost.
    expect(Math.min(report.unanswered, report.rotations, report.signOuts)).toBeGreaterThan(0)
  },
  patienceMs,
)
