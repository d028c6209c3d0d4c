import { useState } from 'react'
import { post } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { day } from '../messages/times.ts'
import { linkToken, toldDeleteAt } from '../navigation/link-token.ts'
import { signInHref } from '../navigation/routes.ts'

/** A closed account that can still be kept: behind the link of its letter, and after a sign-in to it (ACC-7). */
export function KeepAccountPage() {
  const { say, locale } = useMessages()
  const [state, setState] = useState<'asking' | 'busy' | 'done' | 'expired'>(linkToken ? 'asking' : 'expired')
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const keep = async () => {
    setState('busy')
    setTrouble(null)
    const problem = await post('/account/keep', { token: linkToken })
    if (!problem) return setState('done')
    if (problem.code === 'link_expired') return setState('expired')
    setTrouble(troubleOf(problem, []))
    setState('asking')
  }
  const heading = say(state === 'done' ? 'keepAccount.done' : 'keepAccount.heading')
  return (
    <SignedOutFrame title={heading}>
      <div className={styles.stack}>
        <h1 className={styles.heading}>{heading}</h1>
        {(state === 'asking' || state === 'busy') && (
          <>
            <p>
              {toldDeleteAt === null
                ? say('keepAccount.text')
                : say('keepAccount.textUntil', { day: day(toldDeleteAt, locale) })}
            </p>
            <TroubleSummary trouble={trouble} labels={{}} />
            <Button kind="main" busy={state === 'busy'} busyText={say('keepAccount.busy')} onClick={() => void keep()}>
              {say('keepAccount.submit')}
            </Button>
            <p className={styles.aside}>{say('keepAccount.otherwise')}</p>
          </>
        )}
        {state === 'done' && (
          <p>
            {say('keepAccount.doneText')} <a href={signInHref}>{say('signIn.submit')}</a>
          </p>
        )}
        {state === 'expired' && (
          <Notice kind="care">
            <p>
              {say('keepAccount.expired')} <a href={signInHref}>{say('signIn.submit')}</a>
            </p>
          </Notice>
        )}
      </div>
    </SignedOutFrame>
  )
}
