// Runs in the browser before all else: time can be set ahead there, and made to go faster.

declare global {
  /** Milliseconds by which this page's clocks are ahead. */
  var ahead: number
  /** The moment from which its time goes faster: the same for every tab, so that their clocks agree. */
  var hurriedFrom: number
}

export const hurryTime = ({ factor, from }: { factor: number; from: number | null }): void => {
  const wall = Date.now
  const later = globalThis.setTimeout
  const origin = wall()
  globalThis.ahead = 0
  globalThis.hurriedFrom = from ?? Number.POSITIVE_INFINITY
  const hurried = () => wall() + Math.max(0, wall() - hurriedFrom) * (factor - 1) + ahead
  Date.now = hurried
  performance.now = () => hurried() - origin
  globalThis.setTimeout = ((run: () => void, ms = 0) =>
    later(run, wall() < hurriedFrom ? ms : ms / factor)) as typeof setTimeout
}
