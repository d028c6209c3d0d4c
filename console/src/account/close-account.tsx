import { useAuth } from '@vigile/react'
import { useState } from 'react'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Confirm } from '../look/confirm.tsx'
import { useMessages } from '../messages/i18n.ts'
import { day } from '../messages/times.ts'
import { settings } from '../settings.ts'
import { useAct } from './recent-sign-in.tsx'
import { Section } from './section.tsx'

const [, count = '7', unit = 'd'] = /^(\d+)([smhd])$/.exec(settings.deletionDelay) ?? []
const delayMs = Number(count) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'd']

/** Closes the account at once; it is deleted after a delay (ACC-7). */
export function CloseAccount({ email }: { email: string }) {
  const { say, locale } = useMessages()
  const { reload } = useAuth()
  const act = useAct()
  const [asked, setAsked] = useState<number | null>(null)
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)

  const close = async () => {
    setBusy(true)
    setTrouble(null)
    const result = await act(() => send('POST', '/account/delete', {}))
    // The session is over, here as everywhere: asking who is signed in finds out why, and leads to the sign-in page.
    if (result.ok) return reload()
    setTrouble(troubleOf(result.problem, []))
    setBusy(false)
    setAsked(null)
  }

  return (
    <Section id="deletion" title={say('deletion.title')} text={say('deletion.text')}>
      <p>{say(settings.mail ? 'deletion.what' : 'deletion.whatWithoutMail')}</p>
      <TroubleSummary trouble={trouble} labels={{}} />
      <div>
        <Button onClick={() => setAsked(Date.now())}>{say('deletion.submit')}</Button>
      </div>
      <Confirm
        opened={asked !== null}
        title={say('deletion.confirm')}
        cancel={say('deletion.keep')}
        confirm={say('deletion.submit')}
        busy={busy}
        busyText={say('deletion.busy')}
        onCancel={() => setAsked(null)}
        onConfirm={() => void close()}
      >
        <p>{say('deletion.confirmText', { email, day: day((asked ?? 0) + delayMs, locale) })}</p>
      </Confirm>
    </Section>
  )
}
