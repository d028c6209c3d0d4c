// Where the lines of the log go: an open file, a pipe, a terminal.
import { type DestinationStream, pino } from 'pino'

/** Nobody reads a log faster; only SIGKILL or a lost machine takes lines away, and no more than these. */
const heldMs = 10
/** A write each turn of the event loop costs a request 23 µs more than one of a moment's lines. */
const writtenAtOnce = 65_536
/** A write ends in a later turn of the event loop, and the next begins then: less than what comes meanwhile would never catch up. */
const maxWrite = 1024 * 1024
/** Lines that wait while nobody takes them (a full disk, a reader that does not read). Then the new ones are lost. */
const maxHeld = 4 * 1024 * 1024

/**
 * Writes to a file descriptor, in batches and without waiting. A log that can't be written stops nothing else (SPEC section 17):
 * lines are held, then lost, and once they can be written again the log says how many.
 */
export const createLogFile = (descriptor: number): DestinationStream => {
  const file = pino.destination({
    dest: descriptor,
    sync: false,
    minLength: writtenAtOnce,
    maxWrite,
    maxLength: maxHeld,
  })
  let lost = 0
  let isNew = false
  let isDue = false
  const flush = () => {
    isDue = false
    file.flush()
  }
  const flushSoon = () => {
    if (isDue) return
    isDue = true
    // What is held when the process ends is written then.
    setTimeout(flush, heldMs).unref()
  }
  const write = (line: string) => {
    file.write(line)
    isNew = true
    flushSoon()
  }
  file.on('drop', () => {
    lost += 1
  })
  // What was not written is tried again with the next lines.
  file.on('error', () => {})
  file.on('drain', () => {
    // Those that came while it wrote.
    if (isNew) flushSoon()
    isNew = false
    if (lost === 0) return
    const line = { level: 'error', time: new Date().toISOString(), lines: lost, msg: 'lines of the log were lost' }
    lost = 0
    write(`${JSON.stringify(line)}\n`)
  })
  return { write }
}
