/**
 * Who asks can't be said for the moment. In `error.tsx`, which sees no more of it in production: `error.digest` is
 * `vigile_unavailable`.
 */
export class SessionUnknownError extends Error {
  readonly digest = 'vigile_unavailable'
  override readonly name = 'SessionUnknownError'
  constructor() {
    super('a part that must be asked is down: nobody is signed out, and nothing is granted')
  }
}
