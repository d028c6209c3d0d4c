// Words, values and bodies that parsers stumble over.
import fc from 'fast-check'

const traps = [
  ...['', ' ', '\u00a0', '%00', '\0', '../', '//', '\\', '%2f', '%', '%c0%ae', ';', '?', '#', '[]', '{}', '__proto__'],
  ...['constructor', 'null', 'undefined', 'NaN', '-1', '1e309', '0x10', "'", '"', '`', '<script>', '{{x}}', '${'],
  ...['\u202e', '\ud83d', '\ufeff', '💥', "' or 1=1 --", '$where', '\r\nset-cookie: a=b', 'http://169.254.169.254/'],
]

export const word = fc.oneof(
  fc.constantFrom(...traps),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

const long = fc.constantFrom(300, 5_000, 70_000).map((length) => 'x'.repeat(length))

export const anything = fc.oneof(
  word,
  long,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(...[null, true, -1, 0, 1e308, 2 ** 53, [], {}, [[]], { $gt: '' }, { toString: 1 }]),
)

/** No JSON, or none that a program should take in. */
export const brokenJson = fc.oneof(
  word,
  fc.constantFrom(
    ...[
      '{',
      '[',
      '"',
      '{"email":',
      'nul',
      '{"a":1}{"a":2}',
      '{"a":1,}',
      "{'a':1}",
      '\ufeff{}',
      '{"__proto__":{"x":1}}',
    ],
    '{"email":"ada@example.com","email":"bert@example.com","password":"quiet-harbour-lantern-42"}',
    '['.repeat(5_000),
    `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`,
  ),
  fc.uint8Array({ maxLength: 60 }),
)

/** What the Fetch standard lets into a header: Latin-1 without controls. */
const headerValue = word.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim())

export const oddHeaders = fc.dictionary(
  fc.constantFrom(
    ...[
      'accept',
      'accept-language',
      'authorization',
      'content-type',
      'content-encoding',
      'cookie',
      'dpop',
      'forwarded',
    ],
    ...['origin', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'user-agent', 'x-csrf-token', 'if-none-match'],
    ...['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-request-id', 'range', 'referer', 'host'],
    ...['x-http-method-override', 'secure-session-response', 'sec-secure-session-id', 'traceparent'],
  ),
  fc.oneof(
    headerValue,
    fc.constantFrom(
      ...['http://localhost:3000', 'http://evil.example', 'null', 'same-origin', 'cross-site', 'none', 'text/plain'],
      ...['Bearer x', 'DPoP x', 'Basic YTpi', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded'],
      ...['vigile_access=x; vigile_refresh=v1.a.b.0.0.c', 'fr', 'fr;q=0', 'e30.e30.e30', 'gzip', '*', 'bytes=0-1'],
    ),
  ),
  { maxKeys: 3 },
)
