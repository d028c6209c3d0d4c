// Sign-in with a passkey: by a button, and where the browser fills in the name. The form beside it never waits for either.
import type { PasskeyAssertion, PasskeyRequestOptions } from '@vigile/contract'
import { useCallback, useEffect, useRef, useState } from 'react'
import { client } from '../client.ts'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { PasskeyIcon } from '../look/icons.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { goOn } from '../navigation/routes.ts'
import { loadCeremony } from '../passkeys/load.ts'
import { hasPasskeys } from '../passkeys/support.ts'
import { whyNot } from '../passkeys/why-not.ts'
import styles from './passkey-sign-in.module.css'

export function PasskeySignIn() {
  const { say } = useMessages()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const offer = useRef<{ renew(): void } | null>(null)

  /** @returns whether it signed in */
  const use = useCallback(async (response: PasskeyAssertion): Promise<boolean> => {
    const result = await client.enter('/passkey/login', { response })
    if (result.ok) goOn()
    else setTrouble(troubleOf(result.problem, []))
    return result.ok
  }, [])

  useEffect(() => {
    if (!hasPasskeys) return
    let stop: (() => void) | undefined
    let left = false
    void loadCeremony().then(
      ({ offerPasskeys }) => {
        if (left) return
        const offered = offerPasskeys(use)
        offer.current = offered
        stop = offered.stop
      },
      () => {}, // Not to be had now: the button tries again, and says so.
    )
    return () => {
      left = true
      stop?.()
    }
  }, [use])

  /** Null: signed in, and the next page is on its way. */
  const signIn = async (): Promise<Trouble<never> | null> => {
    const ceremony = await loadCeremony().catch(() => null)
    if (!ceremony) return troubleOf({ code: 'network', status: 0, title: '', detail: '' }, [])
    const options = await send<PasskeyRequestOptions>('POST', '/passkey/options')
    if (!options.ok) return troubleOf(options.problem, [])
    const made = await ceremony.askForPasskey(options.value)
    if (!made.ok) return whyNot(made.why)
    const result = await client.enter('/passkey/login', { response: made.value })
    return result.ok ? null : troubleOf(result.problem, [])
  }

  const press = async () => {
    setTrouble(null)
    setBusy(true)
    const found = await signIn()
    if (!found) return goOn()
    setTrouble(found)
    setBusy(false)
    offer.current?.renew()
  }

  if (!hasPasskeys) return <p className={page.other}>{say('passkeySignIn.unsupported')}</p>
  return (
    <div className={styles.way}>
      <p className={styles.or}>
        <span>{say('passkeySignIn.or')}</span>
      </p>
      <Button busy={busy} busyText={say('passkeySignIn.busy')} onClick={() => void press()}>
        <PasskeyIcon />
        {say('passkeySignIn.submit')}
      </Button>
      <TroubleSummary trouble={trouble} labels={{}} />
    </div>
  )
}
