// Where alerts go, beside mail (AUD-5).
import type { ConfigurationFault } from '../configuration-error.ts'
import { checkSecrets } from '../keys/secret-strength.ts'
import { type Faults, fault } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import { isSafeUrl } from '../primitives/safe-url.ts'
import type { Webhook } from '../webhooks/courier.ts'
import { keyTextOf } from '../webhooks/sign.ts'
import { listOf, secretsOf } from './secrets.ts'

const [urlSetting, secretSetting] = ['VIGILE_ALERT_WEBHOOK', 'WEBHOOK_SECRET']

/** Null: there is none. No fault repeats the address, which may hold a secret. */
export const webhookOf = (options: VigileOptions, production: boolean, faults: Faults): Webhook | null => {
  const { url, secrets } = options.alerts?.webhook ?? {}
  if (!url) return null
  const address = URL.parse(url)
  if (!address || !isSafeUrl(address) || address.username || address.password || address.hash)
    faults.add(urlSetting, 'no_webhook_address')
  const own = typeof options.secrets === 'function' ? [] : listOf(options.secrets)
  return { url, readSecrets: secretsOf(secrets, (list) => check(list, own, production), faults) }
}

/** `own`: the site's secrets, with which the receiver could sign anybody in. */
const check = (
  secrets: readonly string[],
  own: readonly string[],
  production: boolean,
): readonly ConfigurationFault[] => {
  const keys = secrets.map(keyTextOf)
  if (keys.includes(null)) return [fault(secretSetting, 'not_base64')]
  if (secrets.some((secret) => own.includes(secret)) || own.some((secret) => keys.includes(keyTextOf(secret))))
    return [fault(secretSetting, 'own_secret')]
  return checkSecrets(keys as string[], production, secretSetting)
}
