// A passkey in place of an authenticator app, where a second factor is required and there is none yet.
import type { Enrolled } from '@vigile/contract'
import { useState } from 'react'
import { client } from '../client.ts'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { PasskeyIcon } from '../look/icons.tsx'
import { useMessages } from '../messages/i18n.ts'
import { askForNewPasskey } from '../passkeys/ask.ts'
import { hasPasskeys } from '../passkeys/support.ts'

type Props = { readonly onOver: () => void; readonly onEnrolled: (recoveryCodes: readonly string[]) => void }

export function PasskeySetup({ onOver, onEnrolled }: Props) {
  const { say } = useMessages()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  if (!hasPasskeys) return null

  const make = async (): Promise<void> => {
    const options = await send<never>('POST', '/second-factor/passkeys/options')
    if (!options.ok && options.problem.code === 'unauthenticated') return onOver()
    const made = await askForNewPasskey(Promise.resolve(options))
    if (!made.ok) return setTrouble(made.trouble)
    const result = await client.enter<Enrolled>('/second-factor/passkeys', { response: made.value })
    if (result.ok) return onEnrolled(result.value.recoveryCodes)
    if (result.problem.code === 'unauthenticated') return onOver()
    setTrouble(troubleOf(result.problem, []))
  }

  const press = async () => {
    setTrouble(null)
    setBusy(true)
    await make()
    setBusy(false)
  }

  return (
    <>
      <TroubleSummary trouble={trouble} labels={{}} />
      <div>
        <Button busy={busy} busyText={say('passkeys.adding')} onClick={() => void press()}>
          <PasskeyIcon />
          {say('passkeySignIn.setUpInstead')}
        </Button>
      </div>
    </>
  )
}
