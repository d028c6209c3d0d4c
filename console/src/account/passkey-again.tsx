// Whoever has a passkey signs in again by it: two factors in one touch.
import { useAuth } from '@vigile/react'
import { useState } from 'react'
import { client } from '../client.ts'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { PasskeyIcon } from '../look/icons.tsx'
import { useMessages } from '../messages/i18n.ts'
import { askForPasskey, whyNot } from '../passkeys/ask.ts'
import { hasPasskeys } from '../passkeys/support.ts'
import { useFactors } from './use-factors.ts'

export function PasskeyAgain({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const { say } = useMessages()
  const { user } = useAuth()
  const { factors } = useFactors()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  if (!hasPasskeys || !factors?.passkeys.length) return null

  const signIn = async (): Promise<Trouble<never> | null> => {
    const asked = await askForPasskey(send('POST', '/passkey/options'))
    if (!asked.ok) return asked.trouble
    // Another account's would sign in as somebody else, and the act would be theirs.
    if (asked.value.response.userHandle !== user?.id) return whyNot('another')
    const result = await client.enter('/passkey/login', { response: asked.value })
    return result.ok ? null : troubleOf(result.problem, [])
  }

  const press = async () => {
    setTrouble(null)
    setBusy(true)
    const found = await signIn()
    setBusy(false)
    setTrouble(found)
    if (!found) onSignedIn()
  }

  return (
    <>
      <TroubleSummary trouble={trouble} labels={{}} />
      <Button busy={busy} busyText={say('passkeySignIn.busy')} onClick={() => void press()}>
        <PasskeyIcon />
        {say('passkeySignIn.submit')}
      </Button>
    </>
  )
}
