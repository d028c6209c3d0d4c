import { useState } from 'react'
import { client } from '../client.ts'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { PasskeyIcon } from '../look/icons.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { askForPasskey } from '../passkeys/ask.ts'
import { hasPasskeys } from '../passkeys/support.ts'

type Props = {
  /** It is what the page is about. */
  readonly isFirst: boolean
  readonly onEntered: () => void
  /** The sign-in that waited is over. */
  readonly onOver: () => void
}

/** The second step by a passkey of the account. */
export function ByPasskey({ isFirst, onEntered, onOver }: Props) {
  const { say } = useMessages()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)

  /** What went wrong; null: it is done, or over. */
  const pass = async (): Promise<Trouble<never> | null | 'done'> => {
    const options = await send<never>('POST', '/second-factor/passkey')
    if (!options.ok && options.problem.code === 'unauthenticated') return null
    const asked = await askForPasskey(Promise.resolve(options))
    if (!asked.ok) return asked.trouble
    const result = await client.enter('/second-factor', { method: 'passkey', response: asked.value })
    if (result.ok) return 'done'
    return result.problem.code === 'unauthenticated' ? null : troubleOf(result.problem, [])
  }

  const press = async () => {
    setTrouble(null)
    setBusy(true)
    const outcome = await pass()
    if (outcome === 'done') return onEntered()
    if (outcome === null) return onOver()
    setTrouble(outcome)
    setBusy(false)
  }

  if (!hasPasskeys) return <p className={page.other}>{say('passkeySignIn.unsupportedSecond')}</p>
  return (
    <>
      {isFirst && <p>{say('passkeySignIn.second')}</p>}
      <TroubleSummary trouble={trouble} labels={{}} />
      <Button
        kind={isFirst ? 'main' : 'quiet'}
        busy={busy}
        busyText={say('passkeySignIn.busy')}
        onClick={() => void press()}
      >
        <PasskeyIcon />
        {say('passkeySignIn.useIt')}
      </Button>
    </>
  )
}
