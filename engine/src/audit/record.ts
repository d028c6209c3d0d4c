// What applications put on record: same log, same chain (AUD-1).
import type { Clock } from '../primitives/clock.ts'
import { auditEntry, type Context, noContext } from './entry.ts'
import type { AuditStore } from './store.ts'

export type RecordInput = {
  /** `resource:verb` in small letters, with `:failed` where the act was refused: `products:publish`. 100 characters at most. */
  readonly action: string
  /** What it was done to: 200 characters at most each. */
  readonly resource?: string
  readonly resourceId?: string
  /** Who did it. */
  readonly userId?: string
  /**
   * Plain data, 8 KiB at most as JSON. Values of keys that name a secret (`password`, `token`, …) are left out; `email`, `emailHash`
   * and `name` go when the user is deleted.
   */
  readonly details?: Readonly<Record<string, unknown>>
  /** The request that asked for it: address, browser and request id are put on record. */
  readonly request?: Request
  /** As `fetch` takes it. */
  readonly peer?: { readonly address?: string }
}

const actionForm = /^[a-z][a-z0-9-]*(:[a-z0-9][a-z0-9-]*){1,5}$/
const maxAction = 100
const maxText = 200
const maxDetailsBytes = 8_192
const maxDepth = 8
/** The engine's own: nobody else may say that a user was deleted, or a session ended. */
const reserved = [
  'alert',
  'audit',
  'factor',
  'identity',
  'keys',
  'limit',
  'permission',
  'role',
  'session',
  'system',
  'user',
]
/** Anywhere in the name of a key: `passwordHash`, `X-Api-Key`. */
const secretPart = /pass(word|wd|phrase|code)|authorization|credential|(api|private)[-_ ]?key/i
/** A word of it, or how one ends: `secretKey`, `sessiontokens`, `motDePasse`. */
const secretWord = /((secret|token|cookie)s?|^(pass|passe|mdp|pwd|pin|otp|jwt)s?)$/i
const isSecret = (name: string): boolean =>
  secretPart.test(name) || name.split(/[^\p{L}\p{N}]|(?<=\p{Ll})(?=\p{Lu})/u).some((word) => secretWord.test(word))
// PostgreSQL takes no NUL; the others would forge lines (S-90).
const controls = /\p{Cc}/u

export const createRecord =
  (deps: {
    readonly audit: Pick<AuditStore, 'append'>
    readonly clock: Clock
    readonly contextOf: (request: Request, peer: { readonly address?: string }) => Context
  }) =>
  async (input: RecordInput): Promise<void> => {
    const { action, resource, resourceId, userId, request, peer = {} } = input
    if (typeof action !== 'string' || action.length > maxAction || !actionForm.test(action))
      throw new RangeError(`audit.record: the action is to be like products:publish, ${maxAction} characters at most`)
    if (reserved.includes(action.split(':')[0] ?? ''))
      throw new RangeError(`audit.record: ${action} is an action of the engine; choose another first word`)
    for (const [name, text] of Object.entries({ resource, resourceId, userId }))
      if (text !== undefined && (typeof text !== 'string' || text.length > maxText || controls.test(text)))
        throw new RangeError(`audit.record: ${name} is to be one line of ${maxText} characters at most`)
    const act = {
      action,
      at: deps.clock.now(),
      details: detailsOf(input.details ?? {}),
      ...(resource !== undefined && { resource }),
      ...(resourceId !== undefined && { resourceId }),
      ...(userId !== undefined && { userId }),
    }
    await deps.audit.append([auditEntry(request ? deps.contextOf(request, peer) : noContext, act)])
  }

const detailsOf = (given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  let details: unknown
  try {
    // As JSON first: what an object says of itself (`toJSON`, as models do) is searched too.
    details = withoutSecrets(JSON.parse(JSON.stringify(given)), 0)
  } catch (cause) {
    throw new RangeError('audit.record: the details are to be plain data', { cause })
  }
  if (typeof details !== 'object' || details === null || Array.isArray(details))
    throw new RangeError('audit.record: the details are to be an object')
  if (Buffer.byteLength(JSON.stringify(details)) > maxDetailsBytes)
    throw new RangeError(`audit.record: the details are to be ${maxDetailsBytes} bytes at most as JSON`)
  return details as Record<string, unknown>
}

const leftOut = '[left out]'

const withoutSecrets = (value: unknown, depth: number): unknown => {
  if (depth > maxDepth) throw new RangeError(`more than ${maxDepth} levels`)
  if (Array.isArray(value)) {
    const [name] = value as readonly unknown[]
    // A pair, as headers are listed.
    if (value.length === 2 && typeof name === 'string' && isSecret(name)) return [name, leftOut]
    return value.map((one) => withoutSecrets(one, depth + 1))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isSecret(key) ? leftOut : withoutSecrets(inner, depth + 1)]),
  )
}
