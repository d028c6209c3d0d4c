// What Vigile must do: every requirement, in a few words.

export const cookies = {
  'COOK-1': 'session and refresh cookies are HttpOnly; no token in localStorage or in a URL',
  'COOK-2': 'Secure follows the public URL; production refuses http',
  'COOK-3': 'SameSite strict in production, lax in development; a link from another site does not look logged out',
  'COOK-4': 'name prefixes __Host- and __Secure-, which can be turned off',
  'COOK-5': 'the refresh cookie is scoped to the auth path; the domain is validated',
  'COOK-6': "every cookie's Max-Age comes from the lifetime of what is inside it",
  'COOK-7': 'signing out clears every cookie; a refresh answer never clears one',
  'COOK-8': 'cookie names are configurable; a foreign cookie of the same name is ignored',
  'COOK-9': 'shown in more than one browser engine',
}

export const sessions = {
  'TOK-1': 'access token: a signed JWT that any language verifies through JWKS',
  'TOK-2': 'refresh token: opaque, idle and absolute life, sliding renewal',
  'TOK-3': 'rotation at refresh with reuse detection, by the protocol',
  'TOK-4': 'live sessions per user are limited, the least recently used ended first',
  'TOK-5': 'sign-out, everywhere too, revokes at once on every node',
  'TOK-6': 'a check after a revocation fails on every node, even when nodes cannot talk',
  'TOK-7': 'users see their sessions and end any of them',
  'TOK-8': 'a new session identifier at every change of privilege',
  'TOK-9': 'signing and MAC keys rotate without logging anyone out',
  'TOK-10': 'what has expired is removed daily, in batches, once per cluster',
  'TOK-11': 'sensitive actions need a recent sign-in',
}

export const accounts = {
  'ACC-1': 'sign-up, sign-in, sign-out with Argon2id; imported hashes are verified and upgraded',
  'ACC-2': 'password rules: length, NFC, common and breached passwords',
  'ACC-3': 'no user enumeration, in body and in work done',
  'ACC-4': 'one-time tokens: hashed, expiring, used once; opening a link consumes nothing',
  'ACC-5': 'second factor: TOTP, recovery codes, passkeys',
  'ACC-6': 'accounts can be disabled',
  'ACC-7': 'users export their data and delete their account',
  'ACC-8': 'a new device or a detected reuse is mailed to the user',
  'ACC-9': 'user data and permissions are cached and never served stale after a change',
}

export const oauth = {
  'OAU-1': 'Discord, Google, GitHub, and any other provider',
  'OAU-2': 'state bound to the browser, PKCE always, nonce, iss',
  'OAU-3': 'tokens never in the URL: a one-time handle, exchanged by the same browser',
  'OAU-4': 'a bad handle or state creates nothing, says so, and is recorded',
  'OAU-5': 'redirect targets come from an exact allow-list',
  'OAU-6': 'accounts are linked only on verified emails; the last way in stays',
  'OAU-7': 'provider tokens are encrypted at rest',
}

export const resilience = {
  'RES-1': 'retries of provider calls: only what is safe, Retry-After respected',
  'RES-2': 'time-out and circuit breaker for each provider',
  'RES-3': 'provider answers are cached per user, with single-flight',
}

export const client = {
  'CLI-1': 'client.fetch refreshes once on a 401 and sends the request again',
  'CLI-2': 'never a loop',
  'CLI-3': 'one refresh at a time, in a tab and across tabs',
  'CLI-4': 'refreshes ahead of expiry, and after waking up',
  'CLI-5': 'a network failure or a 5xx is not a sign-out',
  'CLI-6': 'sign-out in one tab signs out all tabs',
  'CLI-7': 'React, Angular and plain TypeScript',
  'CLI-8': 'at most 4 KiB compressed, no dependency',
}

export const csrf = {
  'CSRF-1': 'a signed double-submit token bound to the session',
  'CSRF-2': 'Origin and Sec-Fetch-Site are checked, at sign-in too',
  'CSRF-3': 'CORS: an exact allow-list with credentials',
}

export const limits = {
  'LIM-1': 'default limits for each route, configurable',
  'LIM-2': 'the client address comes only from trusted proxies; IPv6 counts by /64',
  'LIM-3': '429 with Retry-After and RateLimit fields, in the user’s language',
  'LIM-4': 'atomic under concurrency and across nodes',
  'LIM-5': 'limits go on in memory when Redis fails',
  'LIM-6': 'allow-list; operators see and lift blocks',
  'LIM-7': 'an attacker cannot lock the victim out',
  'LIM-8': 'applications limit their own routes through the same machinery',
}

export const content = {
  'VAL-1': 'every input is checked against a schema and bounded',
  'VAL-2': 'errors are problem details with a stable code',
  'VAL-3': 'deny by default: every route has a guard',
  'HDR-1': 'security headers',
  'XSS-1': 'sanitisation services for Angular and React',
}

export const roles = {
  'RBAC-1': 'users, roles, user_roles',
  'RBAC-2': 'roles are seeded by command, repeatably',
  'RBAC-3': 'typed permissions with wildcards',
  'RBAC-4': 'permissions are cached, and a change is seen by the next request on every node',
  'RBAC-5': 'nobody grants what they do not hold; the last administrator stays',
}

export const audit = {
  'AUD-1': 'entries: who, what, on what, from where, when; applications write their own',
  'AUD-2': 'every security event is recorded in the transaction of the act, without secrets',
  'AUD-3': 'tamper-evident: a hash chain with signed checkpoints',
  'AUD-4': 'search, filters, export, retention with the chain intact',
  'AUD-5': 'alerts on suspicious activity',
}

export const operations = {
  'OPS-1': 'configuration is checked as a whole at start',
  'OPS-2': 'secrets from the environment, files, Vault or AWS; they rotate without a restart',
  'OPS-3': 'vigile doctor runs the production checklist',
  'OPS-4': 'structured logs with redaction; access log',
  'OPS-5': 'metrics, alert rules, dashboard, Sentry',
  'OPS-6': 'health, readiness, status page',
  'OPS-7': 'graceful shutdown; a rolling restart loses nothing',
  'OPS-8': 'backup, restore, and a drill that proves them',
  'OPS-9': 'deployment files; migrations forward-compatible with the previous release',
  'OPS-10': 'pool, time-outs, reconnection, compression, static files',
  'OPS-11': 'any number of identical nodes; killing one loses no session',
  'OPS-12': 'traces, metrics and logs by OpenTelemetry',
  'OPS-13': 'map to ISO 27001, SOC 2 and ASVS',
}

export const systems = {
  'SYS-A': 'examples/nest-api',
  'SYS-B': 'examples/discord-dashboard',
  'SYS-C': 'examples/next-catalogue',
  'SYS-D': 'examples/express-crm',
  'SYS-E': 'examples/react-starlette',
}

export const people = {
  'UI-1': 'hosted pages',
  'UI-2': 'console for administrators',
  'UI-3': 'usable by keyboard and screen reader, dark and light, small',
  'I18N-1': 'French and English throughout, no missing key',
  'DOC-1': 'documentation',
}
