import { useState } from 'react'
import { post } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { linkToken } from '../navigation/link-token.ts'
import { forgotHref, signInHref } from '../navigation/routes.ts'

const ends = ['sessions', 'password', 'connected', 'added', 'email'] as const

/** Behind "this was not me" in a letter: it says what it will do, and does it when asked to (ACC-8). */
export function NotMePage() {
  const { say } = useMessages()
  const [state, setState] = useState<'asking' | 'busy' | 'done' | 'expired' | 'taken'>(linkToken ? 'asking' : 'expired')
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const secure = async () => {
    setState('busy')
    setTrouble(null)
    const problem = await post('/not-me', { token: linkToken })
    if (!problem) return setState('done')
    if (problem.code === 'link_expired') return setState('expired')
    if (problem.code === 'email_taken') return setState('taken')
    setTrouble(troubleOf(problem, []))
    setState('asking')
  }
  const heading = say(state === 'done' ? 'notMe.done' : 'notMe.heading')
  return (
    <SignedOutFrame title={heading}>
      <div className={styles.stack}>
        <h1 className={styles.heading}>{heading}</h1>
        {(state === 'asking' || state === 'busy') && (
          <>
            <p>{say('notMe.text')}</p>
            <ul className={styles.list}>
              {ends.map((what) => (
                <li key={what}>{say(`notMe.${what}`)}</li>
              ))}
            </ul>
            <TroubleSummary trouble={trouble} labels={{}} />
            <Button kind="danger" busy={state === 'busy'} busyText={say('notMe.busy')} onClick={() => void secure()}>
              {say('notMe.submit')}
            </Button>
          </>
        )}
        {state === 'done' && (
          <>
            <p className={styles.lead}>{say('notMe.doneText')}</p>
            <p>{say('notMe.afterwards')}</p>
          </>
        )}
        {state === 'taken' && (
          <>
            <Notice kind="care">
              <p>{say('notMe.taken')}</p>
            </Notice>
            <p>
              <a href={signInHref}>{say('signIn.title')}</a>
            </p>
          </>
        )}
        {state === 'expired' && (
          <>
            <Notice kind="care">
              <p>{say('notMe.expired')}</p>
            </Notice>
            <p>
              <a href={forgotHref}>{say('signIn.forgot')}</a>
            </p>
          </>
        )}
      </div>
    </SignedOutFrame>
  )
}
