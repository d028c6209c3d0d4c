import type { ConfirmSignIn, Entered } from '@vigile/contract'
import { useEffect, useState } from 'react'
import { client } from '../client.ts'
import { AskForLink } from '../forgot/forgot-page.tsx'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { linkToken } from '../navigation/link-token.ts'
import { goOn, goOnToSecondFactor, signInHref } from '../navigation/routes.ts'

type State = 'entering' | 'expired' | 'failed' | { readonly email: string }

/**
 * Behind a link to sign in with. In the browser that asked for it, it goes on by itself; in any other it says whose account it is, and
 * waits for a click: a stranger's link leads nobody into the stranger's account unawares, and a scanner uses nothing up (ACC-4).
 */
function Entry() {
  const { say } = useMessages()
  const [state, setState] = useState<State>('entering')
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)

  const enter = async (confirmed: boolean) => {
    setBusy(true)
    setTrouble(null)
    const body = { token: linkToken, ...(confirmed && { confirmed }) }
    const result = await client.enter<Entered | ConfirmSignIn>('/magic-link/login', body)
    // Still busy until the next page is here.
    if (result.ok && !('next' in result.value)) return goOn()
    if (result.ok && 'factors' in result.value) return goOnToSecondFactor()
    setBusy(false)
    if (result.ok) return setState(result.value as ConfirmSignIn)
    if (result.problem.code === 'link_expired') return setState('expired')
    setTrouble(troubleOf(result.problem, []))
    if (!confirmed) setState('failed')
  }
  useEffect(() => void enterOnce(() => enter(false)))

  if (state === 'entering') return <p role="status">{say('magicLink.entering')}</p>
  if (state === 'expired')
    return (
      <>
        <Notice kind="care">
          <p>{say('magicLink.expired')}</p>
        </Notice>
        <AskForLink what="magicLink" />
      </>
    )
  return (
    <>
      <h1 className={styles.heading}>{say('magicLink.confirm')}</h1>
      {typeof state === 'object' && (
        <>
          <p className={styles.lead}>{say('magicLink.whose', state)}</p>
          <p className={styles.aside}>{say('magicLink.careful')}</p>
        </>
      )}
      <TroubleSummary trouble={trouble} labels={{}} />
      <Button
        kind="main"
        busy={busy}
        busyText={say('signIn.busy')}
        onClick={() => void enter(typeof state === 'object')}
      >
        {say(typeof state === 'object' ? 'magicLink.submit' : 'trouble.retry')}
      </Button>
      <p className={styles.other}>
        <a href={signInHref}>{say('magicLink.another')}</a>
      </p>
    </>
  )
}

let entered = false

/** React mounts twice where it is strict, and the link is good once. */
const enterOnce = async (enter: () => Promise<void>): Promise<void> => {
  if (entered) return
  entered = true
  await enter()
}

/** With a link: the way in. Without: where one is asked for. */
export function MagicLinkPage() {
  const { say } = useMessages()
  return (
    <SignedOutFrame title={say('magicLink.heading')}>
      <div className={styles.stack}>{linkToken ? <Entry /> : <AskForLink what="magicLink" />}</div>
    </SignedOutFrame>
  )
}
