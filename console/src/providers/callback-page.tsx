import type { Exchanged } from '@vigile/contract'
import { useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { client } from '../client.ts'
import { troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { ButtonLink } from '../look/button-link.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import {
  askedError,
  askedProvider,
  forgotHref,
  providerHref,
  signInHref,
  signInToConnectHref,
} from '../navigation/routes.ts'
import { settings } from '../settings.ts'
import { goOnFrom } from '../sign-in/go-on-from.ts'
import { forgetHandle, handle } from './handle.ts'
import { isAboutAccount, mayBeGood, providerCalled, type Why, whyAsked, whyRefused } from './why.ts'

const provider = providerCalled(askedProvider)
/** What went wrong before this page. */
const early: Why | null = whyAsked(askedError) ?? (handle ? null : 'sign_in_expired')

/** Exchanges the handle for the session, once: React mounts twice where it is strict. */
let exchange: Promise<Why | null> | null = null
const exchangeOnce = () =>
  (exchange ??= client.enter<Exchanged>('/exchange-session', { sessionId: handle }).then((result) => {
    const why = result.ok ? null : whyRefused(result.problem)
    if (!why || !mayBeGood(why)) forgetHandle()
    if (result.ok) goOnFrom(result.value)
    return why
  }))

function OtherWay() {
  const { say } = useMessages()
  return (
    <p className={styles.other}>
      <a href={signInHref}>{say('callback.otherWay')}</a>
    </p>
  )
}

/** What to do now, the likeliest first. */
function NextSteps({ why }: { readonly why: Why }) {
  const { say } = useMessages()
  if (why === 'account_exists')
    return (
      <>
        <ButtonLink kind="main" href={signInToConnectHref}>
          {say('callback.byPassword')}
        </ButtonLink>
        {settings.mail && (
          <p className={styles.other}>
            <a href={forgotHref}>{say('signIn.forgot')}</a>
          </p>
        )}
      </>
    )
  // The session is as it was: the account page asks again.
  if (why === 'other_account')
    return (
      <ButtonLink kind="main" href={settings.accountPath}>
        {say('link.toAccount')}
      </ButtonLink>
    )
  if (provider === null || why === 'sign_up_closed')
    return (
      <ButtonLink kind="main" href={signInHref}>
        {say('callback.toSignIn')}
      </ButtonLink>
    )
  return (
    <>
      {/* Asked anew there: the same account would only be refused again. */}
      <ButtonLink kind="main" href={providerHref(provider.id, { again: isAboutAccount(why) })}>
        {say('callback.again', { provider: provider.name })}
      </ButtonLink>
      <OtherWay />
    </>
  )
}

/** Where a provider sent the person home to: with a handle that becomes a session, or with what went wrong. */
export function CallbackPage() {
  const { say } = useMessages()
  const heading = useRef<HTMLHeadingElement>(null)
  const [why, setWhy] = useState<Why | null>(early)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    if (early) return
    void exchangeOnce().then((found) => {
      if (!found) return
      flushSync(() => setWhy(found))
      // The waiting text is gone, and a screen reader would say nothing.
      heading.current?.focus()
    })
  }, [])

  const retry = async () => {
    setBusy(true)
    exchange = null
    const found = await exchangeOnce()
    flushSync(() => {
      setWhy(found)
      setBusy(false)
    })
    heading.current?.focus()
  }
  const title = say(why ? 'callback.heading' : 'callback.entering')
  return (
    <SignedOutFrame title={title}>
      <div className={styles.stack}>
        {why === null && (
          <p className={styles.late} role="status">
            {say('callback.entering')}
          </p>
        )}
        {why !== null && (
          <>
            <h1 className={styles.heading} ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {typeof why === 'string' ? (
              <Notice kind={why === 'cancelled' ? 'note' : 'care'}>
                <p>
                  {say(`callback.why.${why}`, {
                    provider: provider?.name ?? say('callback.aProvider'),
                    name: settings.name,
                  })}
                </p>
              </Notice>
            ) : (
              <TroubleSummary trouble={troubleOf(why, [])} labels={{}} />
            )}
            {mayBeGood(why) ? (
              <>
                <Button kind="main" busy={busy} busyText={say('callback.entering')} onClick={() => void retry()}>
                  {say('trouble.retry')}
                </Button>
                <OtherWay />
              </>
            ) : (
              <NextSteps why={why} />
            )}
          </>
        )}
      </div>
    </SignedOutFrame>
  )
}
