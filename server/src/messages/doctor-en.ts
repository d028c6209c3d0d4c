// What the doctor says, in English; `doctor-fr.ts` has the same keys.
const units = (number: number, unit: string): string => `${number} ${unit}${number === 1 ? '' : 's'}`

export const doctor = {
  about: 'Go through the production checklist, from outside and with the settings that are here',
  url: 'Where people reach the site (default: the public URL)',
  noSite: (given: string) =>
    `${given} is not where a site is. Write scheme, host and port, no more: https://shop.example.com`,
  signInOption: 'Sign in and out with this account, made for it, without a second factor',
  passwordStdin: 'Read its password from the input instead of asking for it',
  needsHttps: 'A password is not sent over plain HTTP. Give an https:// address.',
  progress: (done: number, of: number) => `Looking… ${done} of ${of}`,
  statuses: { pass: 'pass', warn: 'warn', fail: 'fail' },
  sum: (pass: number, warn: number, fail: number) => `${pass} pass, ${warn} warn, ${fail} fail`,

  reach: {
    failed: (url: string, why: string) => `${url} gives no answer: ${why}`,
    todos: {
      other: 'check that it runs, its name, its certificate and the proxy',
      chain: 'let the proxy send the intermediate certificates too (fullchain.pem)',
      expired: 'renew the certificate, and see why that did not happen by itself',
      name: 'get a certificate for this name, or take the name that it is for',
      unknown: 'get a certificate that browsers know; for an authority of your own, set NODE_EXTRA_CA_CERTS here',
    },
  },
  configuration: {
    absent: "the configuration is not here: database, keys, backups and limits can't be looked at",
    whereItIs: 'run it where the server runs, with its settings',
    development: 'NODE_ENV is not production',
    setProduction: 'set NODE_ENV=production',
    look: 'see docs/configuration.md',
    good: 'every setting can be used in production',
  },
  transport: {
    plain: (url: string) => `${url} is not HTTPS: whoever is on the way takes sessions`,
    usePlainNever: 'put TLS in front (ops/nginx), and set VIGILE_PUBLIC_URL=https://…',
    notForced: (status: number) => `plain HTTP answers ${status} and does not lead to the same address with HTTPS`,
    force: 'answer 308 to the same address with https: (ops/nginx)',
    noHsts: (seconds: number) =>
      seconds === 0 ? 'no Strict-Transport-Security' : `HSTS for ${seconds} s, which is under a year`,
    sendHsts: 'send Strict-Transport-Security: max-age=63072000; includeSubDomains',
    oldTls: 'TLS 1.1 or older is taken',
    newTls: 'allow TLSv1.2 and TLSv1.3 alone',
    certificateEnds: (days: number) => `the certificate ends in ${units(days, 'day')}`,
    renew: 'renew it, and see why that did not happen by itself',
    good: (plain: number | null, days: number) =>
      `${plain === null ? '' : `HTTPS is forced (${plain}), `}HSTS for ${units(days, 'day')}, TLS 1.2 and up`,
  },
  cookies: {
    none: 'no cookie came with an answer that sets one',
    lost: 'let the proxy pass Set-Cookie on',
    without: (name: string, attribute: string) => `cookie ${name} without ${attribute}`,
    noPrefix: (name: string) => `cookie ${name} without __Host- or __Secure-: a sub-domain can plant one`,
    dropped: (name: string) => `cookie ${name} with a path or a domain: browsers drop it`,
    todo: 'set VIGILE_PUBLIC_URL=https://…, leave cookies.prefix alone, and let the proxy change no cookie',
    good: (cookies: readonly string[]) => `cookies: ${cookies.join(', ')}`,
  },
  signIn: {
    refused: (email: string, status: number) => `the sign-in of ${email} was answered ${status}`,
    account: 'check the email and the password; 429: wait 15 minutes',
    waits: (email: string) => `${email} is asked for more than a password: cookies were not looked at`,
    anotherAccount:
      'take an account that was made for this, without a second factor and a role; where every account must have one, leave --sign-in out',
    notCleared: (name: string) => `sign-out does not clear cookie ${name}`,
    stored: 'caches may keep the answer that sets cookies (no Cache-Control: no-store)',
    noStore: 'let the proxy leave Cache-Control as it is, and cache nothing of Vigile',
    unknown: (status: number | null) => `the session of a sign-in is not known: ${status ?? 'no answer'}`,
    notLeft: (status: number | null) => `sign-out was answered ${status ?? 'by nothing'}`,
    stillIn: (status: number | null) => `after sign-out, the session is answered ${status ?? 'by nothing'} and not 401`,
    lookAtLog: 'look for a proxy that answers by itself, and into the log',
    good: (cookies: number) => `sign-in sets ${cookies} cookies as it must, sign-out ends the session and clears them`,
  },
  headers: {
    noPolicy: 'the sign-in page has no Content-Security-Policy',
    unsafe: (word: string) => `the Content-Security-Policy allows '${word}'`,
    framed: 'the Content-Security-Policy lets any site frame the page (frame-ancestors)',
    anyScript: 'the Content-Security-Policy takes scripts from anywhere (script-src)',
    changed: (names: readonly string[]) => `headers are missing or not as sent: ${names.join(', ')}`,
    stored: 'caches may keep an answer that sets a cookie (no Cache-Control: no-store)',
    sendPolicy: 'let the proxy leave the policy of Vigile as it is',
    sniffed: 'no X-Content-Type-Options: nosniff',
    leaveHeaders: 'let the proxy leave the headers of Vigile as they are',
    anyOrigin: (origin: string) => `pages of any site may read answers (Access-Control-Allow-Origin: ${origin})`,
    ownOrigins: 'take the header out of the proxy; VIGILE_ALLOWED_ORIGINS names the sites that may',
    good: 'content security policy of one site alone, headers as sent, no foreign origins',
  },
  proxy: {
    forged: 'a forged X-Forwarded-For was counted as the client',
    trustLess: 'set VIGILE_TRUSTED_PROXIES to your proxy only, and let it replace the header',
    trustedHere: (address: string) =>
      `whether a forged X-Forwarded-For counts can't be seen from here: ${address} is in VIGILE_TRUSTED_PROXIES itself`,
    elsewhere: 'run it from a machine that is not in VIGILE_TRUSTED_PROXIES, with the same settings',
    unknown: 'whom limits count could not be found out: the sign-in that was tried is not on record',
    lookUp: 'wait 15 minutes where sign-ins are limited; check that URL and database are of one deployment',
    isProxy: (address: string) => `limits count the proxy (${address}) for everybody behind it`,
    trust: (address: string) => `set VIGILE_TRUSTED_PROXIES=${address}, if that is your proxy`,
    good: (address: string) => `limits count the client (${address}), and not what a header says`,
  },
  routes: {
    open: (route: string) => `${route} lets a stranger in`,
    todo: 'look for a proxy that answers by itself or from a cache',
    good: (count: number) => `${count} guarded routes refuse a stranger`,
  },
  metrics: {
    open: (address: string) => `metrics are open: ${address}`,
    close: 'set METRICS_HOST to an address that Prometheus alone reaches, or close the port to others',
    maybeOpen: (host: string) => `metrics listen on ${host}; from this machine it can't be seen who gets there`,
    good: (port: number | null) =>
      `no metrics at the public address${port === null ? '' : `, and port ${port} is out of reach`}`,
  },
  clock: {
    unknown: 'answers have no Date',
    sendDate: 'let the proxy send it',
    off: (seconds: number, isAhead: boolean) =>
      `the server's clock is ${seconds} s ${isAhead ? 'ahead of' : 'behind'} this one`,
    databaseOff: (seconds: number, isAhead: boolean) =>
      `the database's clock is ${seconds} s ${isAhead ? 'ahead of' : 'behind'} this one`,
    todo: 'run an NTP client on both machines (systemd-timesyncd, chrony)',
    good: "the server's clock agrees with this one",
    allGood: 'the clocks of the server and of its database agree with this one',
  },
  database: {
    notOpened: (why: string) => `the database could not be opened: ${why}`,
    open: 'check DATABASE_URL and that the database runs',
    pending: (names: readonly string[]) =>
      `migrations are pending: ${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''}`,
    migrate: 'run `vigile migrate`',
    noWrites: 'the database takes no writes',
    makeWritable: 'check its disk, and that it is no replica',
    old: (version: string, least: number) => `PostgreSQL ${version} is older than ${least}`,
    upgrade: 'upgrade PostgreSQL (pg_upgrade)',
    tooMany: (nodes: number, each: number, most: number) =>
      `${nodes} ${nodes === 1 ? 'node' : 'nodes'} of ${each} connections, and PostgreSQL has ${most}`,
    noRoom: (nodes: number, each: number, most: number) =>
      `${nodes} ${nodes === 1 ? 'node' : 'nodes'} of ${each} connections leave no room for one more: PostgreSQL has ${most}`,
    fewer: 'lower VIGILE_POOL_MAX, raise max_connections, or put PgBouncer between',
    good: (name: string | null) => `the database${name === null ? '' : ` (${name})`} is migrated and takes writes`,
  },
  nodes: {
    notReady: (parts: readonly string[]) =>
      `the node that answers is not ready${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
    lookAtLog: 'look into its log, and let the load balancer ask /health/ready',
    redisDown: 'Redis gives no answer',
    mendRedis: 'check REDIS_URL and that Redis runs',
    noRedis: (count: number) => `${count} nodes and no Redis: each counts limits for itself`,
    setRedis: 'set REDIS_URL on every node',
    none: 'no node has reported to this database within 30 s',
    start: 'start the server, with the same DATABASE_URL',
    good: (count: number, redis: boolean) =>
      `${count} ${count === 1 ? 'node' : 'nodes'}${redis ? ', Redis answers' : ''}`,
  },
  secrets: {
    dropped: (id: string) => `a secret that sessions may still be under is not in VIGILE_SECRET (id ${id})`,
    elsewhere: (id: string) => `a node knows a secret that is not in VIGILE_SECRET here (id ${id})`,
    putBack: 'put it back, last in the list, for the absolute life of a session',
    waits: (node: string, id: string) =>
      `the node ${node} lacks the newest secret (id ${id}): sessions begin under an older one`,
    giveToAll: 'give every node the same secrets; one that is gone is waited for 30 seconds more',
    good: (count: number) => `${count} ${count === 1 ? 'secret' : 'secrets'}, on every node`,
  },
  signingKey: {
    none: 'no key signs access tokens',
    old: (days: number) => `the signing key is ${units(days, 'day')} old`,
    rotate: 'run `vigile keys rotate`, and look into the log for why the schedule did not',
    good: (days: number) => `the signing key is ${units(days, 'day')} old`,
  },
  sessions: {
    long: (minutes: number) =>
      `access tokens live for ${units(minutes, 'minute')}: who checks them alone lets the revoked in`,
    shorten: 'set VIGILE_ACCESS_LIFE to an hour at most; refreshes renew them',
    unconfirmed: (unconfirmed: number, of: number) =>
      `clients confirm nothing: ${unconfirmed} of ${of} tokens; a thief who follows close behind is not found`,
    confirm: 'use @vigile/client, or call POST /ack once a cookie has landed',
    good: (minutes: number) => `access tokens live for ${units(minutes, 'minute')}`,
  },
  jobs: {
    never: 'no clean-up is on record',
    old: (hours: number) => `the last clean-up was ${units(hours, 'hour')} ago`,
    cleanUp: 'run `vigile cleanup`, and look into the log for why the schedule did not',
    webhookWaits: (minutes: number) => `a message to the webhook has waited for ${units(minutes, 'minute')}`,
    webhook: 'see whether its receiver answers (`vigile webhook test`)',
    notDue: 'the first clean-up is yet to come',
    good: (hours: number) => `the last clean-up was ${units(hours, 'hour')} ago`,
  },
  backups: {
    none: 'no backup is on record',
    away: (why: string) => `the place of backups can't be looked into: ${why}`,
    lookAtPlace: 'check VIGILE_BACKUP_TO, its credentials, and that it can be reached',
    old: (hours: number) => `last backup is ${units(hours, 'hour')} old`,
    place: 'set VIGILE_BACKUP_TO, and run `vigile backup`',
    schedule: 'run `vigile backup`, or set VIGILE_BACKUP_SCHEDULE',
    lookAtLog: 'run `vigile backup`, and look into the log for why the schedule did not',
    noDrill: (days: number) => `no backup was proven within ${units(days, 'day')}`,
    drill: 'run `vigile backup drill`',
    good: (hours: number) => `last backup is ${units(hours, 'hour')} old`,
  },
  mail: {
    none: 'there is no mail server: nobody can prove a mailbox or reset a password',
    set: 'set SMTP_URL',
    refused: 'the mail server does not take letters',
    away: (why: string) => `the mail server takes no letter from here: ${why}`,
    waits: (minutes: number) => `a letter has waited for ${units(minutes, 'minute')}`,
    todo: 'check SMTP_URL, the sender and the log',
    bounced: (refused: number, of: number) => `the mail server refused ${refused} of ${of} letters within a day`,
    lookWhy: 'look into the log for what it says of them (`the mail server refused a letter`)',
    good: 'the mail server is there, and no letter waits for it',
  },
}
