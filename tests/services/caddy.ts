// A private Caddy on a random port of 127.0.0.1, without its administration port, and asking nobody for certificates.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, temporaryFolder } from './place.ts'
import { startProgram } from './process.ts'
import { programPath } from './program-path.ts'

export interface CaddyServer {
  port: number
  /** Its log so far. */
  output: () => string
  stop: () => Promise<void>
}

/** Starts Caddy with that Caddyfile, whose site is at the given port: `startCaddy((port) => `http://localhost:${port} { … }`)`. */
export async function startCaddy(caddyfile: (port: number) => string): Promise<CaddyServer> {
  const folder = await temporaryFolder('caddy')
  const port = await freePort()
  const file = join(folder.path, 'Caddyfile')
  await writeFile(file, `{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n${caddyfile(port)}`)
  const running = await startProgram({
    command: programPath('caddy'),
    args: ['run', '--config', file, '--adapter', 'caddyfile'],
    env: { PATH: process.env.PATH, HOME: folder.path },
    ready: /serving initial configuration/,
  })
  return {
    port,
    output: running.output,
    stop: async () => {
      await running.stop()
      await folder.remove()
    },
  }
}
