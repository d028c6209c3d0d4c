// English. `fr.ts` has the same keys: the compiler sees to it.
import type { CleanUpReport } from '@vigile/engine'
import { doctor } from './doctor-en.ts'
import { status } from './status-en.ts'

const plural = (count: number, one: string, many: string) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`

export const en = {
  locale: 'en' as 'en' | 'fr',

  faults: {
    heading: (count: number) => `The configuration can't be used: ${plural(count, 'fault', 'faults')}.`,
    isNot: (given: string) => `"${given}" is not a value of this setting`,
    onOrOff: 'Say on or off',
    wholeNumber: (least: number, most: number) => `A whole number from ${least} to ${most}`,
    oneOf: (values: readonly string[]) => `One of: ${values.join(', ')}`,
    address: 'An address of this machine, such as 127.0.0.1 or ::',
    noUrl: 'This is no web address',
    url: 'An address such as https://collector.example.com:4318',
    noDsn: 'This is no DSN of Sentry',
    dsn: 'As Sentry shows it: https://KEY@o1.ingest.sentry.io/PROJECT',
    noHeaders: 'It is no list of headers',
    headers: 'name=value, several separated by commas: api-key=…',
    unknownOption: 'There is no such option',
    log: 'An object with the functions debug, info, warn and error',
    backupOptions: 'An object with to, key, schedule, drillSchedule and keep, each a text',
    notInFile: 'It is decided where the program is started, and not in this file',
    takeAway: 'Take it away here; NODE_ENV=production makes it production',
    origin: 'Scheme, host and port, no more: https://cdn.example.com',
    missing: 'It is missing',
    publicUrl: 'The address where people reach this site, such as https://auth.example.com',
    secret: 'At least 64 characters that nobody can guess, such as those of: openssl rand -hex 48',
    ofProvider: 'The provider shows it where this site is registered: docs/providers.md',
    bothGiven: (name: string) => `Both ${name} and ${name}_FILE are set`,
    keepOne: (name: string) => `Keep one: the value in ${name}, or a file's path in ${name}_FILE`,
    unreadable: (place: string, why: string) => `${place} can't be read (${why})`,
    readable: {
      file: 'A file with the value alone, that the user who runs this program may read',
      vault: 'A path that Vault has and a token that may read it: docs/secrets.md',
      aws: 'A secret that AWS has and credentials that may read it: docs/secrets.md',
    },
    swapped: {
      wrong: 'It has none of the secrets that are in use: every session would wait for one of them to come back',
      right: 'Put the new one in front, and leave the old ones behind it',
    },
    dropped: {
      wrong:
        'It lacks one under which sessions, authenticator apps or tokens of providers are, or the database could not say',
      right: 'Put that one back. To drop it sooner, end the sessions first: vigile sessions revoke --everyone',
    },
    notReference: 'It is neither a secret nor the place of one',
    reference: 'Write vault:MOUNT/data/NAME#FIELD or aws:NAME#FIELD',
    modeInFile: '.env says NODE_ENV=production, and .env is read in development only',
    modeInEnvironment: 'Set NODE_ENV=production where the program is started, with the other settings',
    noDefaultExport: 'It has no default export that is an object',
    defaultExport: 'export default defineConfig({ … })',
    installHere: 'Install the package beside the file: npm install vigile',
    loadableFile: 'A file that Node can load: check its path and what it imports',
    secretNotKept: (path: string, why: string) => `The development secret can't be kept in ${path}: ${why}`,
    writableFolder: (folder: string) => `Make ${folder} writable, or set VIGILE_SECRET`,
    verificationWithoutMail:
      'Emails must be verified before the first sign-in, and there is no mail server: set SMTP_URL; or verify accounts with `vigile users verify`, or set VIGILE_EMAIL_VERIFICATION=off.',
    secretWithoutWebhook:
      'VIGILE_ALERT_WEBHOOK is not set, so WEBHOOK_SECRET signs nothing, and alerts go to no webhook.',
    unsafeHttp:
      'Passwords and sessions go over plain HTTP (VIGILE_UNSAFE_HTTP): whoever is on the way takes them. Put TLS in front, and set VIGILE_PUBLIC_URL=https://…',
    wide: (setting: string, network: string) =>
      `${setting} has ${network}, which is more than any network of yours: name the addresses that are meant.`,
    unknown: (name: string) => `${name} is no setting of Vigile, and does nothing: is it misspelt?`,
  },

  failures: {
    portBusy: (port: number, setting: string) =>
      `Port ${port} is in use. End what listens there, or choose another: ${setting}=${port + 1} vigile start`,
    portForbidden: (port: number) =>
      `Port ${port} may not be opened by this user. Choose one above 1023: PORT=3000 vigile start`,
    addressUnknown: (host: string, setting: string) =>
      `${host} is no address of this machine. Set ${setting} to one that is, or leave it out.`,
    notOpened: (why: string) => `Vigile could not open what it works on: ${why}`,
    unexpected: (why: string) => `It failed: ${why}`,
    unknownSecret:
      'The database and its nodes have other secrets than VIGILE_SECRET here. Run this with the one that the nodes have: nothing was changed.',
  },

  start: {
    about: 'Start the server',
    ready: (version: string) => `Vigile ${version} is ready`,
    signUp: 'sign up',
    claim: 'administration',
    claimText: (address: string) => `${address}   (works once: makes you the administrator)`,
    claimCommand: 'vigile users create you@example.com --role admin',
    api: 'API',
    mailbox: 'mailbox (development)',
    data: 'data',
    cache: 'cache',
    embedded: (path: string) => `${path} (embedded; set DATABASE_URL for PostgreSQL)`,
    stopping: 'Stopping: requests in flight end first. Once more to stop at once.',
  },

  usage: {
    about: 'Self-hosted authentication: nobody is logged out by accident, nobody stays in by theft.',
    settings:
      'Settings come from the environment, from .env in development, or from vigile.config.ts; the environment wins.',
    titles: {
      'Usage:': 'Usage:',
      'Arguments:': 'Arguments:',
      'Options:': 'Options:',
      'Commands:': 'Commands:',
    } as Record<string, string>,
    example: 'Example:',
    help: 'Show this help',
    version: 'Show the version',
    helpCommand: 'Show the help of a command',
    json: 'Answer in JSON, for programs',
    jsonLogs: 'Write the log as JSON, at a terminal too',
    config: 'Configuration file (default: vigile.config.ts, if there is one)',
    yes: 'Do not ask',
    error: 'Error:',
    hint: (command: string) => `See: ${command} --help`,
    unknownCommand: (name: string) => `There is no command ${name}.`,
    unknownOption: (name: string) => `There is no option ${name} here.`,
    missingArgument: (name: string) => `The argument ${name} is missing.`,
    missingValue: (name: string) => `The option ${name} needs a value.`,
    excessArguments: 'There are more arguments than this command takes.',
    badValue: (name: string) => `The value of ${name} can't be used.`,
    wrong: 'This is not how the command is called.',
  },

  ask: {
    needsYes: 'Nobody can be asked here (no terminal). Add --yes if it is meant.',
    word: 'yes',
    notDone: 'Nothing was done.',
    password: 'Password: ',
    passwordAgain: 'Once more: ',
    passwordsDiffer: 'The two are not the same. Nothing was done.',
    passwordNeedsTerminal: 'No terminal to ask for the password. Pipe it in: … | vigile … --password-stdin',
    passwordMissing: 'No password came. Nothing was done.',
  },

  migrate: {
    about: 'Bring the database to the form that this version needs',
    check: 'Only tell what is pending; exit 1 if anything is',
    new: 'Begin anew with an empty database, although there is a backup to restore',
    hasBackup: (database: string, backup: string, at: string, place: string) =>
      `${database} is empty, and ${place} holds a backup of this site: ${backup}, of ${at}. If its data was lost, restore it: vigile restore. To begin anew, and sign everybody out: vigile migrate --new`,
    backupsAway: (database: string, place: string, why: string) =>
      `${database} is empty, and ${place}, where a backup of it may be, can't be read: ${why}. Mend that, or begin anew: vigile migrate --new`,
    isNew: 'The database is new and empty. Were there people before, it is not theirs: vigile restore',
    working: 'Migrating…',
    upToDate: 'The database is up to date.',
    applied: (count: number) => `${plural(count, 'migration was', 'migrations were')} applied:`,
    pending: (count: number) =>
      `${plural(count, 'migration is', 'migrations are')} pending; apply with: vigile migrate`,
  },

  config: {
    about: 'The configuration',
    checkAbout: 'Check the configuration as a whole, and name every fault',
    good: 'The configuration is good.',
    mode: (production: boolean): string => (production ? 'production' : 'development'),
    sources: ['secret', 'from'] as readonly string[],
    providers: (names: readonly string[]) => `Sign-in with: ${names.join(', ')}`,
  },

  users: {
    about: 'Users',
    user: 'Email address or id',
    unknown: (who: string) => `There is no user ${who}.`,
    createAbout: 'Create a user; the password is asked for, never an argument',
    email: 'Email address',
    name: 'Name',
    locale: 'Language of the user: en or fr',
    role: 'Give this role at once: admin makes an administrator',
    verified: 'Take the email address as verified',
    passwordStdin: 'Read the password from the standard input',
    created: (email: string, id: string) => `Created ${email} (${id}).`,
    refused: {
      email_taken: 'A user with this email address exists.',
      invalid_email: 'This is not an email address.',
      invalid_hash: 'The password hash is of no known kind (Argon2, bcrypt, scrypt, PBKDF2), or damaged.',
      weak_password: (faults: string) => `The password is refused: ${faults}.`,
    },
    passwordFaults: {
      too_short: (minimum: number) => `it has under ${minimum} characters`,
      too_long: (maximum: number) => `it has over ${maximum} characters`,
      common: () => 'it is among the most common ones, which are tried first',
      own_words: (word: string) => `it is little more than "${word}"`,
      breached: () => 'it was found in a breach of another site',
      not_text: () => 'it holds characters that no keyboard can type',
    },
    disableAbout: 'Disable a user: every session ends at once, sign-in is refused',
    disabled: (email: string, sessions: number) =>
      `Disabled ${email}; ${plural(sessions, 'session', 'sessions')} ended.`,
    enableAbout: 'Enable a disabled user',
    enabled: (email: string) => `Enabled ${email}.`,
    resetAbout: 'Send a user the link to choose a new password',
    resetSent: (email: string) => `${email} is sent a link to choose a new password.`,
    verifyAbout: "Take a user's email address as verified",
    verifiedNow: (email: string) => `${email} is verified.`,
    removeFactorsAbout:
      'For somebody who lost every second factor: remove app, passkeys and recovery codes, and end every session',
    removeFactorsAsk: (email: string) =>
      `After this the password alone, or a link by mail, opens ${email}. Be sure who asks. To go on, type the address: `,
    factorsRemoved: (email: string, sessions: number) =>
      `${email} has no second factor any more, and is told by mail; ${plural(sessions, 'session', 'sessions')} ended.`,
    noFactor: (email: string) => `${email} has no second factor. Nothing was done.`,
    isDisabled: (email: string) => `${email} is disabled. Nothing was done; to enable it: vigile users enable ${email}`,
    deleteAbout: 'Delete a user for good',
    deleteAsk: (email: string) => `This deletes ${email} for good. To go on, type the address: `,
    deleted: (email: string) => `Deleted ${email}.`,
    listAbout: 'List users',
    search: 'Only those whose email or name contains this',
    limit: 'How many at most: 1 to 200 (default 50)',
    after: 'Go on after this id',
    none: 'No users.',
    more: (next: string) => `There are more: --after ${next}`,
    columns: { email: 'email', name: 'name', state: 'state', created: 'created', id: 'id' },
    states: { active: 'active', unverified: 'not verified', disabled: 'disabled' },
    importAbout:
      'Import users from JSON Lines: one object a line with email, and name, passwordHash, locale, emailVerified if known',
    importFile: 'The file, or - for the standard input',
    importCheck: 'Only check the lines',
    fileUnreadable: (path: string, code: string) => `${path} can't be read (${code}).`,
    lineNotJson: 'it is not JSON',
    lineNotObject: 'it is no object: { "email": "…" }',
    lineNoEmail: 'it has no email',
    lineNoSuchField: (name: string) => `it has no use for ${name}: is it misspelt?`,
    lineFields: {
      email: 'email is not an email address',
      name: 'name is not one line of 1 to 200 characters',
      locale: 'locale is neither en nor fr',
      passwordHash: 'passwordHash is of no known kind (Argon2, bcrypt, scrypt, PBKDF2), damaged, or too costly',
      emailVerified: 'emailVerified is neither true nor false',
    },
    lineRepeats: (line: number) => `the same email address as line ${line}`,
    line: (line: number, what: string) => `line ${line}: ${what}`,
    importRefused: (count: number) => `${plural(count, 'line is', 'lines are')} wrong. Nothing was imported.`,
    importChecked: (count: number) => `${plural(count, 'line is', 'lines are')} right. Nothing was imported (--check).`,
    importing: (done: number, all: number) => `Importing ${done.toLocaleString('en')} of ${all.toLocaleString('en')}`,
    imported: (created: number, refused: number) =>
      `Created ${plural(created, 'user', 'users')}${refused === 0 ? '.' : `; ${plural(refused, 'line was', 'lines were')} refused, see above.`}`,
    importStopped: (line: number, why: string) =>
      `Stopped at line ${line}: ${why}. The lines before it are done; run it again for the rest, those done are refused as known.`,
  },

  sessions: {
    about: 'Sessions',
    listAbout: "List a user's live sessions",
    none: 'No live sessions.',
    columns: { id: 'id', browser: 'browser', ip: 'address', created: 'created', used: 'last used', ends: 'ends' },
    revokeAbout: "End one session, all of a user's, or everyone's",
    user: "End all of this user's sessions (email address or id)",
    session: 'End this session',
    everyone: "End everyone's sessions",
    chooseOne: 'Choose one: --user, --session or --everyone.',
    everyoneAsk: (word: string) => `This signs out everyone. To go on, type ${word}: `,
    revoked: (count: number) => `${plural(count, 'session', 'sessions')} ended.`,
    unknown: (id: string) => `There is no live session ${id}.`,
  },

  roles: {
    about: 'Roles and who has them',
    seedAbout: 'Write the roles that the configuration declares, exactly; others stay as they are',
    created: (name: string) => `Created the role ${name}.`,
    changed: (name: string) => `Changed the role ${name}: it holds what is declared.`,
    unchanged: (name: string) => `The role ${name} was so already.`,
    noneDeclared: 'The configuration declares no roles. Nothing was done.',
    listAbout: 'List the roles with what they hold',
    none: 'No roles.',
    columns: { name: 'role', permissions: 'permissions', description: 'description' },
    role: 'Name of the role',
    grantAbout: 'Give a user a role; admin is made where there is no such role: as declared, else holding everything',
    granted: (email: string, role: string, changed: boolean) =>
      changed ? `${email} has the role ${role} now.` : `${email} had the role ${role} already.`,
    revokeAbout: 'Take a role away from a user',
    revoked: (email: string, role: string, changed: boolean) =>
      changed ? `${email} has the role ${role} no more.` : `${email} did not have the role ${role}.`,
    leaveNoAdministrator: 'Also where nobody could manage roles afterwards',
    lastAdministrator:
      'Nobody could manage roles afterwards. Nothing was done; if it is meant, add --leave-no-administrator.',
    tooMany: 'There would be over 200 roles. Nothing was done.',
    unknown: (role: string) => `There is no role ${role}. See: vigile roles list`,
  },

  limits: {
    about: 'Who is refused by a limit',
    listAbout: 'List the limits that refuse somebody now, and the sign-ins that a hundred failures closed',
    who: "Only those of this email address, address, user's id or session's id",
    limit: 'How many at most: 1 to 200 (50)',
    none: 'Nobody is refused.',
    noneClosed: 'No sign-in is closed by a hundred failures.',
    columns: { id: 'id', rule: 'limit', kind: 'of', whose: 'whose', count: 'count', until: 'until' },
    kinds: {
      address: 'address',
      account: 'account',
      browser: 'known browser',
      email: 'email without account',
      session: 'session',
      application: 'application',
    },
    closed: 'the mailbox is proven',
    more: 'There are more: name whose, or give --limit.',
    inMemory:
      'The limits of running servers are in their memory, out of reach of a command: ask one of them (GET and DELETE /api/admin/limits), restart it, or set REDIS_URL.',
    liftAbout: 'Lift a block by its id, or all of an email address, address, user or session',
    blockOrWho: "A block's id, or an email address, address, user's id or session's id",
    lifted: (rule: string, whose: string) => `Lifted ${rule} of ${whose}.`,
    unknown: (what: string) => `No limit refuses ${what}.`,
  },

  keys: {
    about: 'Keys that sign access tokens',
    listAbout: 'List the signing keys',
    none: 'No keys yet: the first start makes one.',
    columns: { id: 'id', algorithm: 'algorithm', state: 'state', created: 'created', signs: 'signs from' },
    states: { next: 'next', signing: 'signing', verifying: 'verifying' },
    rotateAbout: 'Publish a new signing key; it signs once every verifier can have seen it',
    rotated: (id: string, at: string) => `Published ${id}; it signs from ${at}.`,
  },

  audit: {
    about: 'The audit log',
    exportAbout: 'Write the audit log to standard output, the oldest first; the last line says that it is whole',
    format: 'csv, or jsonl: a line of JSON for each entry',
    by: 'Done by this administrator (email address or id)',
    action: 'This action, or all that begin so: session:',
    resource: 'Done to this kind of thing',
    resourceId: 'Done to this one',
    ip: 'From this address',
    since: 'From this day or moment on: 2026-01-31, or 2026-01-31T12:00Z',
    until: 'Before this day or moment',
    failed: 'Only what was refused',
    verifyAbout: 'Check that the audit log is as it was written',
    anchorAddress:
      'That is no file, and no address without a secret. Objects of a bucket are read together first: rclone cat remote:bucket/prefix > anchors.jsonl',
    anchor: 'Compare it with the checkpoints that an anchor kept',
    anchored: (compared: number, position: number, at: string) =>
      position === 0
        ? 'The anchor holds no checkpoint.'
        : `${plural(compared, 'checkpoint', 'checkpoints')} of the anchor compared; its newest is ${position}, of ${at}.`,
    from: 'Begin at the newest checkpoint before this position',
    restored: (at: string, position: number) =>
      `Restored from a backup at ${at}: what was recorded after entry ${position} until then is not in this log.`,
    progress: (entries: number, of: number, perSecond: number) =>
      `${entries.toLocaleString('en')} of ${plural(of, 'entry', 'entries')}, ${perSecond.toLocaleString('en')} a second`,
    whole: (entries: number, from: number, to: number, checkpoints: number, seconds: number) =>
      entries === 0
        ? 'The audit log is whole: it has no entries.'
        : `The audit log is whole: ${plural(entries, 'entry', 'entries')} (${from}–${to}), ${plural(checkpoints, 'checkpoint', 'checkpoints')}, in ${seconds} s.`,
    tampered: (count: number) =>
      `The audit log is not as it was written: ${plural(count, 'fault', 'faults')}. Keep a copy of the database before anything else.`,
    more: (count: number) => `and ${count.toLocaleString('en')} more`,
    removed: (position: number) => `Up to ${position} the entries were removed when their time was over.`,
    acceptAbout: 'Take the audit log as it is, faults and all, and go on from there: once you know what happened',
    reason: 'What happened, for the record',
    nothingToAccept: 'The audit log is whole: there is nothing to accept.',
    acceptedNow: (position: number, faults: number) =>
      `The audit log goes on after ${position}. ${plural(faults, 'fault', 'faults')} taken as they are: on record as audit:accept.`,
    accepted: (position: number) =>
      `Up to ${position} an operator took the entries as they were, faults and all: nothing vouches for them.`,
    founded: (at: string) => `The chain was begun ${at}.`,
    unreadable: (count: number) => `${plural(count, 'line', 'lines')} of the anchor can’t be read.`,
    underOldKeys: (count: number) =>
      `${count.toLocaleString('en')} signed under secrets that are no longer in VIGILE_SECRET: what was signed later vouches for them.`,
    faults: {
      changed: 'this entry was changed',
      inserted: 'this entry was not written by this site',
      missing: 'removed',
      moved: 'this entry does not follow the one before it: something was moved, removed or put in here',
      blanked: 'address, browser or email were taken out, though no account was deleted',
      truncated: 'removed: the log ends before its own signed end',
      unsealed: 'this entry has waited for over a minute to be sealed: something keeps the server from it',
      unknown_key:
        'this entry is under a secret that is not in VIGILE_SECRET: put in by a stranger, or that secret is to be put back',
      checkpoint_forged: 'this checkpoint was not signed by this site',
      checkpoint_mismatch:
        'the log differs from what was signed here: something since the checkpoint before was changed',
      checkpoint_missing: 'the checkpoint that was signed here was removed',
      head_missing: 'the signed end of the log was removed',
      head_forged: 'the signed end of the log was changed',
      head_unknown_key:
        'the end of the log is signed under a secret that is not in VIGILE_SECRET: put it back, last in the list',
      head_mismatch: 'the log differs from its own signed end: something since the last checkpoint was changed',
      beyond_head: 'put in after the signed end of the log',
      anchor_forged: 'this line of the anchor was not signed by this site',
      anchor_mismatch: 'the log differs from what was anchored: it was replaced, with its signatures, by another one',
      anchor_gap: 'the anchor lacks this checkpoint, and has later ones',
      anchor_empty: 'the anchor has no checkpoint of this log to compare it with',
      anchor_behind:
        'the anchor ends over five minutes before these: it is an old copy, or something keeps checkpoints from it',
    },
  },

  alerts: {
    about: 'What was suspicious',
    listAbout: 'List alerts, the newest first',
    open: 'Only those that nobody has acknowledged',
    rule: 'Only those of this rule',
    limit: 'How many at most: 1 to 200 (50)',
    after: 'The page that follows: what the one before ends with',
    none: 'There are no alerts.',
    columns: {
      id: 'id',
      first: 'first',
      severity: 'severity',
      rule: 'rule',
      subject: 'about',
      count: 'count',
      seen: 'seen to by',
    },
    severities: { warning: 'warning', critical: 'critical' },
    more: (next: string) => `There are more: --after ${next}`,
    acknowledgeAbout: 'Say that somebody has seen to an alert',
    id: "The alert's id",
    acknowledged: (rule: string, subject: string) => `Acknowledged ${rule}${subject && ` of ${subject}`}.`,
    unknown: (id: string) => `No open alert has the id ${id}.`,
  },

  webhook: {
    about: 'The webhook that alerts go to',
    testAbout: 'Send it a signed message of type test, and say what came back',
    arrived: (status: number) => `The webhook took a test message: it answered ${status}.`,
    answered: (status: number) =>
      status >= 300 && status < 400
        ? `The webhook answered ${status}, which leads elsewhere: set VIGILE_ALERT_WEBHOOK to where it leads.`
        : `The webhook answered ${status}: it takes no messages, or does not know WEBHOOK_SECRET.`,
    noAnswer: (why: string) => `The webhook gave no answer: ${why}`,
    notConfigured: 'There is no webhook. Set VIGILE_ALERT_WEBHOOK and WEBHOOK_SECRET: docs/alerts.md.',
  },

  backup: {
    about: 'Take a backup: the whole database, compressed and encrypted',
    listAbout: 'List the backups',
    drillAbout: 'Prove the newest backup: restore it into a scratch database, compare, sign in',
    keyAbout: 'Make a key for backups',
    which: 'Name or file of a backup (default: the newest)',
    drillInto: 'Make the scratch database on this server (default: where the database is)',
    settings: {
      to: 'An absolute path, or s3://bucket/prefix',
      noKey: 'It is not a key of age',
      key: 'age1… writes backups, AGE-SECRET-KEY-1… reads them too; make both with: vigile backup key. Or say plain: whoever gets a backup then has everything in it',
      schedule: 'A cron pattern such as 30 2 * * *, or off',
      onlyWrites: 'It only writes backups, and VIGILE_BACKUP_DRILL_SCHEDULE reads them',
      reads: 'AGE-SECRET-KEY-1…, on a node that may have it; or take the schedule of the drill away here',
      keep: 'How many days, weeks and months keep a backup: 7d,4w,12m',
    },
    columns: { name: 'name', taken: 'taken', size: 'size', rows: 'rows', encryption: 'encryption' },
    none: 'No backup yet. Take one with: vigile backup',
    noPlace: 'No place for backups is set: VIGILE_BACKUP_TO=/var/backups/vigile or s3://bucket/prefix',
    notFound: (name: string | null, place: string) =>
      name === null ? `There is no backup in ${place}.` : `There is no backup ${name} in ${place}.`,
    passedOver: (names: readonly string[]) =>
      `Passed over, since they are of another database, or no secret in VIGILE_SECRET vouches for what they say: ${names.join(', ')}. See: vigile backup list`,
    several: (newest: string, rival: string) =>
      `Backups of two databases lie there: one was restored from a backup of the other (a rehearsal?), and both went on. Nothing was done. Name the one that you mean: ${newest} or ${rival}. See: vigile backup list`,
    otherKind: (kind: string) =>
      `It is a backup of ${kind === 'postgres' ? 'PostgreSQL' : 'an embedded database'}: name a database of that kind with --into`,
    refused: {
      manifest_damaged: 'Its manifest is not as it was written: nothing was done.',
      unknown_secret: (id: string) =>
        `It was made under a secret that is not in VIGILE_SECRET (id ${id}): put it back, last in the list.`,
      other_database: 'It is of another database, which was restored from a backup and went its own way.',
      damaged: 'The backup is not as it was written, or not whole: nothing was done.',
      wrong_key: 'VIGILE_BACKUP_KEY is not the key that it was made for: nothing was done.',
      key_only_writes:
        'VIGILE_BACKUP_KEY can only write backups, or is missing. Give the one that begins with AGE-SECRET-KEY-1.',
    },
    interrupted: 'Interrupted: what was begun is undone.',
    notNotedEmpty: 'The database is empty, so this is not on record there: restore a backup into it first.',
    notNoted: (why: string) => `The database does not know of it, so metrics and the doctor do not either: ${why}`,
    taking: (size: string) => `Backing up… ${size}`,
    checking: (size: string, of: string) => `Checking the backup… ${size} of ${of}`,
    restoring: (size: string, of: string) => `Restoring… ${size} of ${of}`,
    taken: (name: string, place: string, size: string, rows: number, seconds: number) =>
      `${name} is in ${place}: ${plural(rows, 'row', 'rows')}, ${size}, in ${seconds} s.`,
    isPlain: 'It is not encrypted: whoever gets it has everything in it.',
    removed: (count: number) => `${plural(count, 'old backup', 'old backups')} removed.`,
    key: (identity: string, recipient: string): readonly string[] => [
      `For the servers, which then only write:  VIGILE_BACKUP_KEY=${recipient}`,
      `To restore; keep it away from them:      VIGILE_BACKUP_KEY=${identity}`,
    ],
    drilled: (name: string, at: string, seconds: number) => `${name}, of ${at}, restored and used in ${seconds} s`,
    rowsEqual: (rows: number) => `${plural(rows, 'row', 'rows')}: as many as were backed up, in every table`,
    rowsDiffer: (tables: readonly string[]) => `rows differ: ${tables.join(', ')}`,
    chainWhole: (entries: number) => `audit chain whole: ${plural(entries, 'entry', 'entries')}`,
    chainBroken: (faults: readonly string[]) => `audit chain not whole: ${faults.join(', ')}`,
    signsIn: 'a test account signed in',
    noSignIn: (why: string) => `a test account could not sign in: ${why}`,
    missingKeys: (ids: readonly string[]) =>
      `Secrets that were in VIGILE_SECRET when it was made are not in it now (${ids.join(', ')}): sessions and secrets that are still under them can't be used.`,
  },

  restore: {
    about: 'Set the database back to a backup; everybody signs in anew unless told otherwise',
    into: 'Restore into this database (default: the configured one)',
    replace: 'Replace what the database holds',
    keepSessions: 'Leave the sessions of the backup alive, those that were ended since included',
    inUse: (name: string) =>
      `Servers are at work on ${name}. Stop them first. Connections that a pooler keeps count for 15 seconds.`,
    unreadable: (name: string) =>
      `${name} is damaged: what is there can't be read. Move it out of the way, with ${name}-wal and ${name}-shm where they are, and restore again.`,
    notEmpty: (name: string, tables: number) =>
      `${name} is not empty (${plural(tables, 'table', 'tables')}). Give an empty one with --into, or add --replace.`,
    ask: (name: string, tables: number, at: string) =>
      `Everything in ${name} (${plural(tables, 'table', 'tables')}) is replaced by what was there at ${at}. Type ${name} to go on: `,
    done: (name: string, at: string, into: string, rows: number) =>
      `Restored ${name}, of ${at}, into ${into}: ${plural(rows, 'row', 'rows')}. Servers may start again.`,
    sessionsEnded: 'Every session is over: everybody signs in anew.',
    sessionsKept: 'Sessions of the backup live on, those that were ended since included.',
    grants: 'Rights of other roles are not part of a backup: where some had any, grant them anew.',
  },

  cleanup: {
    about: 'Remove what has ended: sessions, tokens, states',
    working: 'Removing…',
    done: ({ sessions, devices, pendingSignIns, links, letters, alerts, seconds }: CleanUpReport) =>
      `Removed ${plural(sessions, 'session', 'sessions')}, ${plural(devices, 'device', 'devices')}, ${plural(pendingSignIns, 'unfinished sign-in', 'unfinished sign-ins')}, ${plural(links, 'link', 'links')}, ${plural(letters, 'letter', 'letters')} and ${plural(alerts, 'alert', 'alerts')} in ${seconds} s.`,
  },

  doctor,
  status,

  routes: {
    about: 'List everything that answers, with the guard and the limit that protect it',
    columns: { method: 'method', path: 'path', guard: 'guard', limit: 'limit' },
  },

  pages: {
    home: 'To the first page',
    notFound: { title: 'Nothing is here', text: 'The address is wrong, or what was here is gone.' },
    methodNotAllowed: { title: 'This page can only be read', text: 'It takes GET and HEAD, nothing else.' },
    unavailable: {
      title: "We can't tell just now",
      text: 'A part of this service does not answer. You have not been signed out. Try again in a moment.',
    },
    failed: {
      title: 'Something went wrong here',
      text: 'It was recorded under the number below. Try again in a moment.',
    },
    mailbox: {
      title: 'Mailbox',
      about: 'What this site has written since it started, the newest first. It is in development: nothing was sent.',
      empty: 'Nothing yet. This site is in development: what it writes to people is shown here, and not sent.',
    },
    unbuilt: {
      title: 'The pages are not built yet',
      text: 'The API works. Build the pages with "npm run build --workspace console", then start again.',
    },
  },
}

/** What every language says. */
export type Catalogue = typeof en
