// Every check, in the order in which they are read: from outside to inside.
import { formatCell } from '../commands/format.ts'
import type { Catalogue } from '../messages/catalogue.ts'
import { checkBackups } from './checks/backups.ts'
import { checkClock } from './checks/clock.ts'
import { checkConfiguration } from './checks/configuration.ts'
import { checkCookies } from './checks/cookies.ts'
import { checkDatabase } from './checks/database.ts'
import { checkHeaders } from './checks/headers.ts'
import { checkJobs } from './checks/jobs.ts'
import { checkSecrets, checkSigningKey } from './checks/keys.ts'
import { checkMail } from './checks/mail.ts'
import { checkMetrics } from './checks/metrics.ts'
import { checkNodes } from './checks/nodes.ts'
import { checkProxy, checkRoutes } from './checks/proxy.ts'
import { checkSessions } from './checks/sessions.ts'
import { checkSignIn } from './checks/sign-in.ts'
import { checkTransport } from './checks/transport.ts'
import type { Facts } from './facts.ts'
import type { Check, Verdict } from './finding.ts'

const checks = {
  transport: checkTransport,
  cookies: checkCookies,
  sign_in: checkSignIn,
  headers: checkHeaders,
  proxy: checkProxy,
  routes: checkRoutes,
  metrics: checkMetrics,
  clock: checkClock,
  configuration: checkConfiguration,
  database: checkDatabase,
  nodes: checkNodes,
  secrets: checkSecrets,
  signing_key: checkSigningKey,
  sessions: checkSessions,
  jobs: checkJobs,
  backups: checkBackups,
  mail: checkMail,
} satisfies Record<string, Check>

/** Some of what is told comes from the server that is looked at, which may be hostile. */
const maxOfCheck = 20
const maxLength = 400

export type CheckName = keyof typeof checks
export type Finding = Verdict & { readonly check: CheckName }

/** What the facts come to, in the reader's words. */
export const examine = (facts: Facts, messages: Catalogue): readonly Finding[] =>
  (Object.keys(checks) as CheckName[]).flatMap((check) =>
    checks[check](facts, messages.doctor)
      .slice(0, maxOfCheck)
      .map(({ status, text, todo }) => ({ check, status, text: shown(text), todo: todo && shown(todo) })),
  )

/** Of what a server sent, a line for the terminal. */
const shown = (text: string): string => formatCell(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text)
