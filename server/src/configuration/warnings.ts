// What is no fault, and should still be read before people come.
import type { Catalogue } from '../messages/catalogue.ts'
import type { LoadedConfiguration } from './load-configuration.ts'

/** `setting`: what to look at. */
export type Warning = { readonly setting: string; readonly text: string }

export const warningsOf = ({ config, unknown }: LoadedConfiguration, { faults }: Catalogue): readonly Warning[] => [
  ...unknown.map((name) => ({ setting: name, text: faults.unknown(name) })),
  // Nobody could sign in who signed up, and nobody would say why.
  ...((config.accounts?.verifyEmail ?? config.production) && config.production && !config.mail?.url
    ? [{ setting: 'VIGILE_EMAIL_VERIFICATION', text: faults.verificationWithoutMail }]
    : []),
  ...(config.transport !== undefined && config.production && !isLoopback(config.publicUrl)
    ? [{ setting: 'VIGILE_UNSAFE_HTTP', text: faults.unsafeHttp }]
    : []),
  ...(config.limits?.allow ?? [])
    .filter(isWide)
    .map((network) => ({ setting: 'VIGILE_LIMITS_ALLOW', text: faults.wide('VIGILE_LIMITS_ALLOW', network) })),
  ...(config.trustedProxies ?? [])
    .filter(isWide)
    .map((network) => ({ setting: 'VIGILE_TRUSTED_PROXIES', text: faults.wide('VIGILE_TRUSTED_PROXIES', network) })),
  ...(config.alerts?.webhook?.secrets !== undefined && !config.alerts.webhook.url
    ? [{ setting: 'VIGILE_ALERT_WEBHOOK', text: faults.secretWithoutWebhook }]
    : []),
]

const isLoopback = (publicUrl = ''): boolean =>
  /^https:|^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?(\/|$)/i.test(publicUrl)

/** More than anybody has: 10.0.0.0/8 and fd00::/8 are the largest that are private. */
const isWide = (network: string): boolean => Number(/\/(\d+)$/.exec(network)?.[1] ?? 128) < 8
