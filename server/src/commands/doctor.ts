// The production checklist (OPS-3): from outside as a stranger, from inside with the server's own settings.
import { checkOptions, describeRoutes, type Vigile, type VigileOptions } from '@vigile/engine'
import type { Command } from 'commander'
import type { LoadedConfiguration } from '../configuration/load-configuration.ts'
import { warningsOf } from '../configuration/warnings.ts'
import { createAsk } from '../doctor/ask.ts'
import { examine, type Finding } from '../doctor/examine.ts'
import type { Facts, Outside } from '../doctor/facts.ts'
import { lookInside } from '../doctor/look-inside.ts'
import { lookOutside } from '../doctor/look-outside.ts'
import type { Credentials } from '../doctor/visit.ts'
import type { Catalogue } from '../messages/catalogue.ts'
import type { Call, Cli } from './cli.ts'
import { givenPassword } from './given-password.ts'
import { exitCodes, type Report } from './report.ts'
import { faultsOf, loadFor, optionsOf } from './with-vigile.ts'

export const addDoctor = (parent: Command, cli: Cli): void => {
  const { doctor } = cli.messages
  cli
    .command(parent, 'doctor', doctor.about, 'vigile doctor https://shop.example.com')
    .argument('[url]', doctor.url)
    .option('--sign-in <email>', doctor.signInOption)
    .option('--password-stdin', doctor.passwordStdin)
    .action(
      cli.action<Options>(async (call) => {
        const { report } = call
        const [given] = call.arguments
        if (given !== undefined && !isSite(given))
          return report.refused('usage', doctor.noSite(given), { exitCode: exitCodes.wrong })
        const loaded = await loadFor(cli, call.options.config, { looksOnly: true })
        const options = optionsOf(cli, loaded)
        const url = URL.parse(given ?? loaded.config.publicUrl ?? '')
        const credentials = await givenCredentials(cli, call, url)
        if (typeof credentials === 'number') return credentials
        const facts = await gather(cli, report, { loaded, options, url, credentials })
        const findings = examine(facts, cli.messages)
        const count = (status: Finding['status']) => findings.filter((one) => one.status === status).length
        const counts = { pass: count('pass'), warn: count('warn'), fail: count('fail') }
        const value = { ok: counts.fail === 0, ...counts, findings }
        report.done(value, [...table(findings, cli.messages), `  ${doctor.sum(counts.pass, counts.warn, counts.fail)}`])
        return counts.fail === 0 ? 0 : 1
      }),
    )
}

type Options = { signIn?: string; passwordStdin?: boolean }

/** Null: none is to sign in. A number: the exit code of having said what is wrong. */
const givenCredentials = async (
  cli: Cli,
  { report, options }: Call<Options>,
  url: URL | null,
): Promise<Credentials | null | number> => {
  const { signIn: email, passwordStdin } = options
  if (email === undefined) return null
  const isSafe = url !== null && (url.protocol === 'https:' || /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname))
  if (!isSafe) return report.refused('needs_https', cli.messages.doctor.needsHttps, { exitCode: exitCodes.wrong })
  const password = await givenPassword(cli, report, { fromInput: passwordStdin === true, isNew: false })
  return typeof password === 'number' ? password : { email, password }
}

const gather = async (
  cli: Cli,
  report: Report,
  given: Omit<Asked, 'vigile' | 'url'> & { readonly url: URL | null },
): Promise<Facts> => {
  const { loaded, options, url } = given
  // Without a public URL, what is configured here is no deployment's.
  const isHere = loaded.config.publicUrl !== undefined
  const vigile = isHere && faultsOf(cli, loaded, options).length === 0 ? cli.surroundings.createVigile(options) : null
  try {
    const warnings = warningsOf(loaded, cli.messages).map(({ text }) => text)
    const inside = isHere ? await lookInside(loaded, options, warnings, vigile, cli.messages.locale) : null
    const isOpen = inside !== null && typeof inside.engine === 'object' && inside.engine?.state != null
    const outside = url && (await askOutside(cli, report, { ...given, url, vigile: isOpen ? vigile : null }))
    return { now: Date.now(), inside, outside }
  } finally {
    await vigile?.close()
  }
}

type Asked = {
  readonly loaded: LoadedConfiguration
  readonly options: VigileOptions
  readonly url: URL
  readonly credentials: Credentials | null
  readonly vigile: Vigile | null
}

const askOutside = async (cli: Cli, report: Report, given: Asked): Promise<Outside> => {
  const { options, url, credentials, vigile } = given
  const from = Date.now()
  const outside = await lookOutside({
    url,
    credentials,
    ask: createAsk(),
    authPath: options.authPath ?? '/api/auth',
    signInPath: options.signInPath ?? '/sign-in',
    metricsPort: given.loaded.config.metricsPort,
    routes: routesOf(options, url.origin),
    countedFor: async (requestId) => (vigile ? countedFor(vigile, requestId, from) : null),
    onProgress: (done, of) => report.progress(cli.messages.doctor.progress(done, of)),
  })
  report.progress('')
  return outside
}

/** The table as the settings make it; where they can't be used, or are for another address, as the defaults do. */
const routesOf = (options: VigileOptions, publicUrl: string) => {
  const configured = { ...options, publicUrl }
  const plain = { publicUrl, secrets: 'none', production: false }
  return describeRoutes(checkOptions(configured).length === 0 ? configured : plain)
}

/** Clocks may differ by what the doctor is to find out. */
const maxSkewMs = 3_600_000

const countedFor = async (vigile: Vigile, requestId: string, from: number): Promise<string | null> => {
  const input = { action: 'session:sign-in:failed', from: from - maxSkewMs, limit: 200 }
  const { entries } = await vigile.audit.search(input)
  return entries.find((entry) => entry.requestId === requestId)?.ip ?? null
}

const textWidth = 64

/** A long text has what to do below it. */
const table = (findings: readonly Finding[], { doctor }: Catalogue): readonly string[] => {
  const indent = ' '.repeat(Object.values(doctor.statuses)[0]?.length ?? 0)
  const fits = Math.max(...findings.map(({ text }) => text.length).filter((length) => length <= textWidth), 0)
  return findings.flatMap(({ status, text, todo }) => {
    const line = `  ${doctor.statuses[status]}  ${text}`
    if (todo === null) return [line]
    if (text.length > fits) return [line, `  ${indent}  → ${todo}`]
    return [`${line}${' '.repeat(fits - text.length)}  ${todo}`]
  })
}

/** Where a site is, without a path: routes and cookies are those of the whole host. */
const isSite = (text: string): boolean => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
}
