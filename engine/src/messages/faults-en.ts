// What is wrong with a setting, and what would be right, in English; faults-fr.ts has the same keys. What stands in double braces is
// filled in: what was given, where it is no secret, or a phrase.
const texts = {
  no_such_option: { wrong: 'there is no such option', right: 'here are {{names}}' },
  wrong_kind: { wrong: 'it has the wrong kind', right: 'it is {{kind}}' },

  not_web_address: { wrong: '"{{given}}" is not a web address', right: 'write https://shop.example.com' },
  more_than_origin: { wrong: 'it has more than scheme, host and port', right: 'write https://shop.example.com' },
  plain_http: {
    wrong: 'it is plain http in production, so cookies could be read on the way',
    right: 'use https, or set VIGILE_UNSAFE_HTTP=1 if the transport is protected otherwise',
  },
  not_path: { wrong: '"{{given}}" is not a path of plain segments', right: 'write /api/auth' },
  not_origin: {
    wrong: '"{{given}}" is not an origin',
    right: 'write each one, https://app.example.com, without a path',
  },
  other_site: {
    wrong: '{{given}} is another site than {{own}}: browsers would not send these cookies',
    right: 'serve both under one registrable domain, or let the front end proxy the API',
  },
  not_network: {
    wrong: '"{{given}}" is no address or network',
    right: 'write 10.0.0.5 or 10.0.0.0/8 or fd00::/8',
  },
  every_address: {
    wrong: '"{{given}}" is every address there is',
    right: 'write 10.0.0.5 or 10.0.0.0/8 or fd00::/8',
  },
  no_app_name: { wrong: `"{{given}}" can't begin cookie names`, right: 'use lower-case letters, digits and _' },

  no_cookie_name: {
    wrong: `"{{given}}" can't be a cookie's base name`,
    right: 'use letters, digits, _ and -; the prefix is added where it belongs',
  },
  cookie_name_twice: { wrong: 'two cookies have one name', right: 'give each a name of its own' },
  public_suffix: {
    wrong: '"{{given}}" is a public suffix or no domain: every site under it would get the cookies',
    right: 'use a domain that is yours, or leave it out',
  },
  not_above_host: {
    wrong: 'the public host {{host}} is not under "{{given}}": browsers would drop the cookies',
    right: 'use the host or a parent domain of it',
  },

  not_length_of_time: { wrong: '"{{given}}" is not a length of time', right: 'write 15m, 24h or 7d' },
  too_short: { wrong: '{{given}} is too short', right: 'use {{least}} at least' },
  too_long: { wrong: '{{given}} is too long', right: 'use {{most}} at most' },
  over_idle_life: { wrong: 'it is longer than the idle life', right: 'the defaults are 15m and 7d' },
  over_absolute_life: { wrong: 'it is longer than the absolute life', right: 'the defaults are 7d and 30d' },
  ends_before_renewal: { wrong: 'a session would end before it can be renewed', right: 'use more than {{least}}' },
  over_cookie_life: { wrong: 'browsers keep no cookie for over 400 days', right: 'use 400d at most' },
  no_session_count: {
    wrong: 'it is not a whole number from 1 to 1000',
    right: "write a number, or 'unlimited'",
  },
  insecure_binding: { wrong: 'browsers hold keys on secure pages only', right: 'use https, or leave it off' },
  not_positive: { wrong: 'every constant must be a positive whole number', right: 'leave the defaults' },
  protocol_order: {
    wrong: 'the order giveUp < replay < flushed < rotation does not hold',
    right: 'the defaults are 15, 20, 45, 60 seconds',
  },
  long_burst: { wrong: 'burst must be shorter than replay', right: 'the default is 2 seconds' },
  short_flush: {
    wrong: 'flushed must be over 30 seconds: browsers write cookies to disk up to 30 s late',
    right: 'the default is 45 seconds',
  },
  many_siblings: { wrong: 'siblings must be at most 1000', right: 'the default is 20' },

  no_secret: {
    wrong: 'no secret is set, or one of the list is empty',
    right: 'make one with `openssl rand -base64 48`',
  },
  many_secrets: { wrong: 'there are over {{most}} secrets', right: 'leave out the oldest' },
  published_secret: {
    wrong: '{{which}} is a published example',
    right: 'make one with `openssl rand -base64 48`',
  },
  short_secret: {
    wrong: '{{which}} has under {{characters}} characters and under {{bytes}} bytes',
    right: 'make one with `openssl rand -base64 48`',
  },
  repeated_secret: {
    wrong: '{{which}} repeats a few characters',
    right: 'make one with `openssl rand -base64 48`',
  },
  counted_secret: { wrong: '{{which}} is counted up', right: 'make one with `openssl rand -base64 48`' },
  not_base64: { wrong: 'one is not base64', right: 'make one with `openssl rand -base64 48`' },
  own_secret: {
    wrong: 'it is VIGILE_SECRET, which nobody else may know',
    right: 'make one with `openssl rand -base64 48`',
  },

  database_in_memory: {
    wrong:
      'a database in memory, or a file with parameters, is not supported: it would be an ordinary file of that name',
    right: 'write file:./data/vigile.db; for a test, a file in a temporary folder',
  },
  no_database: {
    wrong: 'it is neither postgres://… nor file:…',
    right: 'write postgres://user:password@host:5432/vigile or file:./data/vigile.db',
  },
  not_postgres: {
    wrong: 'it is not a postgres:// address',
    right: 'write postgres://user:password@host:5432/vigile, with %40 for @ in a password and so on',
  },
  not_redis: { wrong: 'it is not a redis:// address', right: 'write redis://host:6379' },
  no_pool_size: { wrong: '{{given}} is not a whole number from 1 to 1000', right: 'the default is 10' },
  no_pool_wait: { wrong: '{{given}} is not a number of seconds up to 300', right: 'the default is 8' },
  leads_elsewhere: {
    wrong: 'it leads elsewhere than before',
    right: 'change user and password alone while nodes run; for another place, stop them all first',
  },

  not_smtp: {
    wrong: 'it is not an smtp:// address',
    right: 'write smtp://user:password@mail.example.com:587',
  },
  no_sender: { wrong: '"{{given}}" is not a sender', right: 'write Shop <no-reply@example.com>' },

  engines_resource: { wrong: "this resource is the engine's own", right: 'give yours another name' },
  no_permission_name: { wrong: '"{{given}}" is no name', right: 'use up to 32 of a-z, 0-9 and -' },
  many_permissions: { wrong: 'there are {{number}}', right: 'declare {{most}} at most' },
  no_role_name: { wrong: 'it is no name of a role', right: 'use up to 64 of a-z, 0-9 and -' },
  not_grantable: {
    wrong: 'there is no permission "{{given}}"',
    right: 'here are {{names}}, resource:* and *',
  },
  no_permission: { wrong: 'there is no permission "{{given}}"', right: 'here are {{names}}' },
  lacks_management: {
    wrong: 'it lacks {{permission}}',
    right: 'administrators hold it: add it, or name the role otherwise',
  },
  many_roles: { wrong: 'there are too many', right: 'declare {{most}} at most' },
  names_no_permission: { wrong: 'it names no permission', right: 'name one, or say optional' },

  no_limit: { wrong: 'there is no such limit', right: 'the limits are {{names}}' },
  no_rule: {
    wrong: 'limit and windowSeconds must be positive whole numbers, the window 30 days at most',
    right: 'for example { limit: 10, windowSeconds: 900 }',
  },

  no_email: { wrong: '"{{given}}" is no email address', right: 'write security@example.com' },
  many_emails: { wrong: 'there are too many addresses', right: 'give {{most}} at most, or that of a list' },
  alerts_without_mail: {
    wrong: 'nobody can be written to: no mail is sent',
    right: 'give a mail server, SMTP_URL',
  },
  no_alert: { wrong: 'there is no {{given}}', right: 'name one of {{names}}' },
  no_threshold: { wrong: 'it is no count', right: 'use a whole number from 1 to {{most}}' },
  not_anchor: {
    wrong: 'number {{number}} is no address of an anchor',
    right: 'use an absolute path, https://… or s3://KEY:SECRET@HOST/BUCKET/PREFIX?region=REGION',
  },
  no_webhook_address: {
    wrong: 'it is no https address without user',
    right: 'write https://…; http is for a loopback host alone',
  },
  no_cron_pattern: {
    wrong: '"{{given}}" is no cron pattern, or none that has a moment to come',
    right: 'the default is 0 2 * * *',
  },

  weak_or_costly_hash: {
    wrong:
      "{{memoryKiB}} KiB, {{iterations}} iterations and parallelism {{parallelism}} are under OWASP's minimum, or over what a hash may cost",
    right:
      'leave it out for 19456 KiB, 2 iterations, parallelism 1; with 1, 2 or 3 iterations 47104, 19456 or 12288 KiB are the least, and 262144 KiB, 64 iterations, parallelism 16 the most',
  },
  no_minimum_length: {
    wrong: '{{given}} is not a whole number from 8 to 1024',
    right: 'the default is 8; NIST advises 15 where the password is the only factor',
  },
  no_breach_service: {
    wrong: 'it is no https address without user, query and fragment',
    right: 'write https://api.pwnedpasswords.com/range/; leave it out to ask no service',
  },

  no_provider: {
    wrong: 'it is no provider',
    right: 'make it with discord(), google(), github(), oidc() or oauth2()',
  },
  no_provider_id: { wrong: "it can't stand in addresses", right: 'use 1 to 32 lower-case letters, digits and -' },
  provider_twice: { wrong: '"{{given}}" is there twice', right: 'give each an id of its own' },
  no_provider_name: { wrong: 'people could not read it', right: 'write one line of 1 to 100 characters' },
  no_credential: {
    wrong: 'it is missing',
    right: 'copy it from where the application is registered at {{provider}}',
  },
  not_one_line: { wrong: 'it is not one line of text without spaces around', right: 'copy it again' },
  no_provider_address: { wrong: 'it is missing', right: 'copy it from what {{provider}} says of itself' },
  not_https: {
    wrong: 'it is not an https address',
    right: 'write https://…; http is for a loopback host alone',
  },
  no_life: { wrong: 'it is no number from 1 to 86400', right: 'write 300 for five minutes' },
  no_scopes: { wrong: 'it is no list of scopes', right: "write ['openid', 'email']" },
  without_openid: { wrong: 'openid is not among them', right: "add 'openid'" },
  not_in_range: {
    wrong: '{{given}} is not a number from {{least}} to {{most}}',
    right: 'the default is {{byDefault}}',
  },
  not_whole_in_range: {
    wrong: '{{given}} is not a whole number from {{least}} to {{most}}',
    right: 'the default is {{byDefault}}',
  },
  many_waits: { wrong: 'it has more than 5 waits', right: 'the default is 1, 2, 3' },
} as const

/** Parts of the texts above. */
export const phrases = {
  the_secret: 'the secret',
  secret_of: 'secret {{index}} of {{number}}',
  text: 'a text',
  line: 'one line of 1 to 200 characters',
  flag: 'true or false',
  number: 'a number',
  numbers: 'a list of numbers',
  texts: "a list of texts, ['…', '…']",
  lists: "a group of lists of texts, { …: ['…', '…'] }",
  group: 'a group of options, { … }',
  one_of: 'one of {{values}}',
  secrets: 'a text, a list of texts, or a function that gives one',
  web_address: 'a web address',
  plain_http: 'unsafePlainHttp, imported by that name',
  count: "a number, or 'unlimited'",
  factors: "optional or required, or { requiredFor: ['…'] }",
  providers: 'a list of providers, [discord(), …]',
}

type Wide = { readonly [Code in keyof typeof texts]: { readonly wrong: string; readonly right: string } }
export type FaultTexts = typeof texts
export const faults: Wide = texts
