import { useState } from 'react'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { settings } from '../settings.ts'
import { useConnections } from './use-connections.ts'

/** Signs in again through a provider where this account is connected: it leaves the page, and comes back to the account. */
export function ProviderAgain() {
  const { say } = useMessages()
  const { connections } = useConnections()
  const [busy, setBusy] = useState<string | null>(null)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const connected = new Set(connections?.identities.map(({ provider }) => provider))
  const providers = settings.providers.filter(({ id }) => connected.has(id))
  if (providers.length === 0) return null
  const goTo = async (id: string) => {
    setBusy(id)
    setTrouble(null)
    const result = await send<{ location: string }>('POST', `/oauth/${id}/again`, { returnTo: settings.accountPath })
    if (result.ok) return location.assign(result.value.location)
    setTrouble(troubleOf(result.problem, []))
    setBusy(null)
  }
  return (
    <>
      <TroubleSummary trouble={trouble} labels={{}} />
      {providers.map(({ id, name }) => (
        <Button key={id} busy={busy === id} busyText={say('callback.entering')} onClick={() => void goTo(id)}>
          {say('providers.continueWith', { provider: name })}
        </Button>
      ))}
      <p className={page.aside}>{say('signInAgain.leaves')}</p>
    </>
  )
}
