import type { PendingSignIn } from '@vigile/contract'
import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { client } from '../client.ts'
import { troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Boundary } from '../look/boundary.tsx'
import { Button } from '../look/button.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { goOn, signInHref } from '../navigation/routes.ts'
import { askPending } from './pending.ts'
import { Ways } from './ways.tsx'

/** Only people of a site that requires it see this, once. */
const SetUp = lazy(() => import('./set-up-at-sign-in.tsx').then((loaded) => ({ default: loaded.SetUpAtSignIn })))

function Over() {
  const { say } = useMessages()
  return (
    <Notice kind="care">
      <p>
        {say('secondFactor.over')} <a href={signInHref}>{say('secondFactor.startAgain')}</a>
      </p>
    </Notice>
  )
}

/** After a right first factor (ACC-5): there is no session before this page's work is done. */
export function SecondFactorPage() {
  const { say } = useMessages()
  const [asked, setAsked] = useState<Awaited<ReturnType<typeof askPending>> | null>(null)
  const [codes, setCodes] = useState(false)
  const ask = useCallback(async () => setAsked(await askPending()), [])
  const over = useCallback(() => setAsked({ state: 'over' }), [])
  useEffect(() => void ask(), [ask])

  const pending: PendingSignIn | null = asked?.state === 'waits' ? asked.pending : null
  const enrol = pending?.enrol === true
  // Finished in another tab meanwhile. Not where there will be recovery codes to keep.
  useEffect(() => (enrol ? undefined : client.onSessionStart(goOn)), [enrol])
  const heading = say(codes ? 'recoveryCodes.title' : enrol ? 'secondFactor.enrolHeading' : 'secondFactor.heading')
  return (
    <SignedOutFrame title={say('secondFactor.title')}>
      <div className={styles.stack}>
        <h1 className={styles.heading}>{heading}</h1>
        {asked === null && (
          <p className={styles.late} role="status">
            {say('secondFactor.asking')}
          </p>
        )}
        {asked?.state === 'failed' && (
          <>
            <TroubleSummary trouble={troubleOf(asked.problem, [])} labels={{}} />
            <div>
              <Button onClick={() => void ask()}>{say('trouble.retry')}</Button>
            </div>
          </>
        )}
        {asked?.state === 'over' && <Over />}
        {/* So that nobody ends a stranger's sign-in without noticing: another site of this domain could have planted it. */}
        {pending && !codes && <p className={styles.lead}>{say('secondFactor.account', { email: pending.email })}</p>}
        {enrol && (
          <Boundary>
            <Suspense fallback={<p className={styles.late}>{say('secondFactor.asking')}</p>}>
              <SetUp onOver={over} onCodes={() => setCodes(true)} />
            </Suspense>
          </Boundary>
        )}
        {pending && !enrol && <Ways factors={pending.factors} onEntered={goOn} onOver={over} />}
        {pending && !codes && (
          <p className={styles.other}>
            <a href={signInHref}>{say('secondFactor.startAgain')}</a>
          </p>
        )}
      </div>
    </SignedOutFrame>
  )
}
