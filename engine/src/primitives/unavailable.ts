/** A part is down or too busy: the answer is 503 with `Retry-After`, never a 4xx (SPEC section 17). */
export class UnavailableError extends Error {
  override readonly name: string = 'UnavailableError'
}

/**
 * A store could not be asked for now: out of reach, too slow, its pool or disk full. Whether the work was done is not
 * known. Answered as 503 with `Retry-After`, never as a refusal: a client must not take it for the end of a session.
 * Every other error of a store is a fault (500).
 */
export class StoreUnavailableError extends UnavailableError {
  override readonly name: string = 'StoreUnavailableError'
}

/**
 * The same of a database that is there and not as it should be: a table is missing, a right, a page can't be read. It does not pass by
 * itself, and may be a fault of ours: it is in the log as one.
 */
export class StoreBrokenError extends StoreUnavailableError {
  override readonly name = 'StoreBrokenError'
}
