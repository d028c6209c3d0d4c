import { useState } from 'react'
import { post } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import { useMessages } from '../messages/i18n.ts'
import { settings } from '../settings.ts'

/** The first password comes by the mailbox, like every one that no password vouches for. */
export function FirstPassword({ email }: { readonly email: string }) {
  const { say } = useMessages()
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const ask = async () => {
    setBusy(true)
    setSent(false)
    setTrouble(null)
    const problem = await post('/password/forgot', { email })
    setBusy(false)
    if (problem) setTrouble(troubleOf(problem, []))
    else setSent(true)
  }
  if (!settings.mail) return <p>{say('password.noneWithoutMail')}</p>
  return (
    <>
      <p>{say('password.none', { email })}</p>
      <TroubleSummary trouble={trouble} labels={{}} />
      <div>
        <Button busy={busy} busyText={say('forgot.busy')} onClick={() => void ask()}>
          {say('password.choose')}
        </Button>
      </div>
      <Live role="status">
        {sent && (
          <Notice kind="done">
            <p>{say('password.sent', { email })}</p>
          </Notice>
        )}
      </Live>
    </>
  )
}
