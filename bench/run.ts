#!/usr/bin/env node
// One command, one table. See `--help` and README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { type Bench, openBench } from './bench.ts'
import { measureByTurns, summarize } from './measure/rounds.ts'
import { help, readOptions, type ScenarioName } from './options.ts'
import { intoReadme } from './readme.ts'
import { type Row, tableOf } from './row.ts'
import { audit } from './scenarios/audit.ts'
import { backup } from './scenarios/backup.ts'
import { chain } from './scenarios/chain.ts'
import { check, floorSubject } from './scenarios/check.ts'
import { cleanUp } from './scenarios/clean-up.ts'
import { growth } from './scenarios/growth.ts'
import { metrics } from './scenarios/metrics.ts'
import { peersScenario } from './scenarios/peers.ts'
import { refresh } from './scenarios/refresh.ts'
import { revocation } from './scenarios/revocation.ts'
import { search } from './scenarios/search.ts'
import { signInScenario } from './scenarios/sign-in.ts'
import { size } from './scenarios/size.ts'
import { start } from './scenarios/start.ts'
import { storm } from './scenarios/storm.ts'

const scenarios: Readonly<Record<ScenarioName, (bench: Bench) => Promise<readonly Row[]>>> = {
  check,
  metrics,
  refresh,
  'sign-in': signInScenario,
  audit,
  chain,
  search,
  growth,
  'clean-up': cleanUp,
  size,
  backup,
  storm,
  revocation,
  start,
  peers: peersScenario,
}

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') return void process.stdout.write(help)
  // Each server and service ends with this process.
  process.setMaxListeners(100)
  const bench = await openBench(options)
  try {
    const { rounds, warmUps, say } = { ...options, say: bench.say }
    const rows: Row[] = []
    // The check measures the floor beside itself; without it the floor is measured alone.
    if (!options.only.includes('check')) {
      const [floor] = await measureByTurns([floorSubject(bench)], { rounds, warmUps, say })
      if (floor) {
        bench.floorSummary = summarize(floor)
        rows.push({ what: floor.name, summary: bench.floorSummary })
      }
    }
    for (const name of options.only) rows.push(...(await scenarios[name](bench)))
    if (!bench.floorSummary) throw new Error('the floor was not measured')
    const load = loadavg().map((value) => value.toFixed(1))
    const report = [
      `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; ${rounds} rounds of ${options.seconds} s; the load, the`,
      `servers, PostgreSQL and Redis share the machine; its load over 1, 5 and 15 minutes was ${load.join(', ')}.`,
      '',
      tableOf(rows, bench.floorSummary),
    ].join('\n')
    process.stdout.write(`${report}\n`)
    const readme = join(import.meta.dirname, 'README.md')
    if (options.write) writeFileSync(readme, intoReadme(readFileSync(readme, 'utf8'), report))
  } finally {
    await bench.stop()
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = 1
})
