// A whole Vigile as a child process behind the shaky network, to be killed and started again later.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, temporaryFolder } from '../services/place.ts'
import { type RunningProgram, startProgram } from '../services/process.ts'
import { testSecret } from '../support/site.ts'
import { type Gate, openGate } from './gate.ts'

export type ServerProcess = Gate & {
  /** SIGKILL. Nothing is under way for the server any more, whatever it had begun. */
  kill(): Promise<void>
  /** Starts it on the same port and database, so many milliseconds later by its clock. */
  start(laterMs: number): Promise<void>
}

const script = fileURLToPath(new URL('server-process.suite.ts', import.meta.url))

export const openServerProcess = async (): Promise<ServerProcess> => {
  const [folder, port, gatePort] = [await temporaryFolder('server-process'), await freePort(), await freePort()]
  const config = {
    port,
    publicUrl: `http://localhost:${gatePort}`,
    production: false,
    database: `file:${join(folder.path, 'vigile.db')}`,
    limits: { allow: ['127.0.0.1', '::1'] },
    logLevel: 'error',
  }
  let ahead = 0
  let program: RunningProgram | undefined
  const start = async (laterMs: number) => {
    ahead += laterMs
    program = await startProgram({
      command: process.execPath,
      args: ['--conditions=@vigile/source', script, JSON.stringify({ ...config, ahead })],
      env: { ...process.env, VIGILE_SECRET: testSecret },
      ready: /takes requests/,
    })
  }
  await start(0)
  const gate = await openGate(gatePort, port)
  return {
    ...gate,
    start,
    kill: async () => program?.kill(),
    close: async () => {
      await gate.close()
      await program?.stop()
      await folder.remove()
    },
  }
}
