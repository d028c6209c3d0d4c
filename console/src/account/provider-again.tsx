import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { ProviderButtons } from '../providers/provider-buttons.tsx'
import { settings } from '../settings.ts'
import { useConnections } from './use-connections.ts'

/** Signs in again through a provider where this account is connected: it leaves the page, and comes back to the account. */
export function ProviderAgain() {
  const { say } = useMessages()
  const { connections } = useConnections()
  const connected = new Set(connections?.identities.map(({ provider }) => provider))
  const providers = settings.providers.filter(({ id }) => connected.has(id))
  if (providers.length === 0) return null
  return (
    <>
      <ProviderButtons providers={providers} again returnTo={settings.accountPath} />
      <p className={page.aside}>{say('signInAgain.leaves')}</p>
    </>
  )
}
