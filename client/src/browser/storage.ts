import type { Storage } from '../ports.ts'

/** `localStorage`; where it is refused (by setting, full, sandboxed) nothing is kept, and the channel alone tells other tabs. */
export const browserStorage: Storage = {
  get(key) {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value)
    } catch {
      // Said above.
    }
  },
}
