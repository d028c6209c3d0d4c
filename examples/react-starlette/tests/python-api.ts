// An API in Python by itself: without Vigile, with keys of the test's own.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pythonPath } from '../../../scripts/programs.mjs'
import { temporaryFolder } from '../../../tests/services/place.ts'
import { startProgram } from '../../../tests/services/process.ts'
import { setClock } from '../../../tests/support/example.ts'

/** For the environment of any Python that a test starts: its time follows the clock. */
export const movedTime = { PYTHONPATH: join(import.meta.dirname, 'python') }

export const startPythonApi = async (folder: string, app: string, env: Readonly<Record<string, string>>) => {
  const own = await temporaryFolder('python-api')
  const clock = join(own.path, 'clock')
  setClock(clock, 0)
  const program = await startProgram({
    command: pythonPath(),
    args: ['-m', 'uvicorn', '--app-dir', folder, '--host', '127.0.0.1', '--port', '0', '--no-access-log', app],
    ready: /running on http:\S+/,
    env: {
      PATH: process.env.PATH,
      TEST_CLOCK: clock,
      HOURS_DATABASE: join(own.path, 'hours.db'),
      PYTHONDONTWRITEBYTECODE: '1',
      ...movedTime,
      ...env,
    },
  })
  const url = /running on (http:\S+)/.exec(program.output())?.[1]
  return {
    /** What it answers to this `Authorization`; null: none. */
    ask: (path: string, authorization: string | null) =>
      fetch(url + path, { headers: authorization === null ? {} : { authorization } }),
    log: program.output,
    moveClock: (ms: number) => setClock(clock, Number(readFileSync(clock, 'utf8')) + ms),
    stop: async () => {
      await program.stop()
      await own.remove()
    },
  }
}

export type PythonApi = Awaited<ReturnType<typeof startPythonApi>>
