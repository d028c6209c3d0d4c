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
  ...(config.alerts?.webhook?.secrets !== undefined && !config.alerts.webhook.url
    ? [{ setting: 'VIGILE_ALERT_WEBHOOK', text: faults.secretWithoutWebhook }]
    : []),
]
