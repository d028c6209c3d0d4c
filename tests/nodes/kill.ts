#!/usr/bin/env node
// Kills a server under load, many times: `tests/nodes/kill.ts --times 200`. A small one is in npm test.
import { parseArgs } from 'node:util'
import { killEmbedded } from './kill-embedded.ts'

const help = `Kills (SIGKILL) a server on the embedded database while people use it, and checks after each kill that
the file is whole, every acknowledged act is there, who was signed in is, and who signed out is not.

  tests/nodes/kill.ts [--times 200] [--people 20]

Prints progress and a report as JSON; exits with 1 where a promise was broken.`

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '200' },
    people: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
})
const [times, people] = [Number(values.times), Number(values.people)]
if (values.help) console.log(help)
else if (!(times >= 1 && people >= 1)) {
  console.error('--times and --people take numbers from 1')
  process.exitCode = 2
} else {
  const report = await killEmbedded({ times, people, progress: (line) => console.log(line) })
  console.log(JSON.stringify(report, null, 2))
  process.exitCode = report.wrong.length === 0 ? 0 : 1
}
