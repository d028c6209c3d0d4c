// Runs in the browser before all else: time goes faster there, and can be set ahead.

declare global {
  /** Milliseconds by which this page's clocks are ahead. */
  var ahead: number
}

/** `origin`: the moment from which it goes so many times faster; the same for every tab, so that their clocks agree. */
export const hurryTime = ({ factor, origin }: { factor: number; origin: number }): void => {
  const wall = Date.now
  const later = globalThis.setTimeout
  globalThis.ahead = 0
  const hurried = () => origin + (wall() - origin) * factor + ahead
  Date.now = hurried
  performance.now = () => hurried() - origin
  globalThis.setTimeout = ((run: () => void, ms = 0) => later(run, ms / factor)) as typeof setTimeout
}
