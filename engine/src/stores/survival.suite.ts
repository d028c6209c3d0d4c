import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { SessionId } from '../primitives/ids.ts'
import type { Place } from './samples.suite.ts'

const program = new URL('./process-that-writes.suite.ts', import.meta.url).pathname
const enough = 60

export const survivalSuite = (newPlace: () => Promise<Place>): void => {
  test('OPS-11 S-67 a process killed in the middle of writing has lost nothing that it was told is committed', async () => {
    const place = await newPlace()
    const database = place.open()
    await database.migrate()
    for (let kills = 0; kills < 2; kills++) {
      const acknowledged = await writeUntilKilled(place)
      expect(acknowledged.length).toBeGreaterThanOrEqual(enough)
      for (let from = 0; from < acknowledged.length; from += 1_000) {
        const ids = acknowledged.slice(from, from + 1_000)
        expect((await database.sessions.findMany(ids)).sessions).toHaveLength(ids.length)
      }
    }
    await place.remove()
  })
}

/** What a process said it had committed before SIGKILL. */
const writeUntilKilled = async (place: Place): Promise<SessionId[]> => {
  const child = spawn(process.execPath, ['--conditions=@vigile/source', program, place.kind, place.address], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.split('\n').length > enough) child.kill('SIGKILL')
  })
  await once(child, 'close')
  // A last line that was cut off says nothing.
  return output.split('\n').slice(0, -1) as SessionId[]
}
