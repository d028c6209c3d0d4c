// Where the lines of the log go: an open file, a pipe, a terminal.
import { write as startWrite, writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

/** Nobody reads a log faster; only SIGKILL or a lost machine takes lines away, and no more than these. */
const heldMs = 10
/** A reader that has no room (`EAGAIN`) is asked again after so long. */
const againMs = 100
/** A write each turn of the event loop costs a request 23 µs more than one of a moment's lines. */
const writtenAtOnce = 65_536
/** Lines that wait while nobody takes them (a full disk, a reader that does not read). Then the new ones are lost. */
const maxHeld = 4 * 1024 * 1024
/** The end of the process waits no longer for a reader. */
const endWithinMs = 1_000

const isRoomLacking = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EAGAIN'

/**
 * Writes to a file descriptor, in batches and without waiting. A log that can't be written stops nothing else (SPEC section 17), the
 * end of the process included, which pino's own destination would try to write for ever: lines are held, then lost, and once they can
 * be written again the log says how many.
 */
export const createLogFile = (descriptor: number): DestinationStream => {
  let lines: string[] = []
  let length = 0
  /** What is being written, or is left of it. */
  let batch = Buffer.alloc(0)
  let isWriting = false
  let isDue = false
  let lost = 0

  const flushSoon = (afterMs: number) => {
    if (isDue) return
    isDue = true
    // What is held when the process ends is written then.
    setTimeout(flush, afterMs).unref()
  }
  const takeLines = () => {
    const text = lines.join('')
    lines = []
    length = 0
    return Buffer.from(text)
  }
  const flush = () => {
    isDue = false
    if (isWriting) return
    if (batch.length === 0) batch = takeLines()
    if (batch.length === 0) return
    isWriting = true
    startWrite(descriptor, batch, (error, written) => {
      isWriting = false
      if (error) {
        // What was not written is tried again with the next lines.
        if (isRoomLacking(error)) flushSoon(againMs)
        return
      }
      batch = batch.subarray(written)
      if (batch.length > 0) return flush()
      sayLost()
      if (length >= writtenAtOnce) flush()
      else if (length > 0) flushSoon(heldMs)
    })
  }
  const sayLost = () => {
    if (lost === 0) return
    const line = { level: 'error', time: new Date().toISOString(), lines: lost, msg: 'lines of the log were lost' }
    lost = 0
    hold(`${JSON.stringify(line)}\n`)
  }
  const hold = (line: string) => {
    lines.push(line)
    length += line.length
  }

  process.once('exit', () => {
    // What a thread is writing ends by itself.
    let rest = isWriting ? takeLines() : Buffer.concat([batch, takeLines()])
    const until = performance.now() + endWithinMs
    while (rest.length > 0)
      try {
        rest = rest.subarray(writeSync(descriptor, rest))
      } catch (error) {
        if (!isRoomLacking(error) || performance.now() > until) return
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
      }
  })

  return {
    write: (line) => {
      if (batch.length + length + line.length > maxHeld) lost += 1
      else hold(line)
      if (length >= writtenAtOnce && !isWriting) flush()
      else flushSoon(heldMs)
    },
  }
}
