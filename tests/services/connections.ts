// How many TCP connections there are to a program. Linux only.
import { readFile } from 'node:fs/promises'

const established = '01'

/** Connections to that port of 127.0.0.1, those included that its program has not taken in yet. */
export async function connectionsTo(port: number): Promise<number> {
  const here = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n')
  return lines.filter((line) => {
    const [, local, , state] = line.trim().split(/ +/)
    return local === here && state === established
  }).length
}
