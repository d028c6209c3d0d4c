// Sign-in with a passkey: by a button, and where the browser fills in the name. The form beside it never waits for either.
import type { KeepOffered, PasskeyAssertion, SessionStarted } from '@vigile/contract'
import { useCallback, useEffect, useRef, useState } from 'react'
import { client } from '../client.ts'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { PasskeyIcon } from '../look/icons.tsx'
import { useMessages } from '../messages/i18n.ts'
import { askForPasskey, loadCeremony } from '../passkeys/ask.ts'
import { goOnFrom } from './go-on-from.ts'

type Answer = SessionStarted | KeepOffered

const login = (response: PasskeyAssertion) => client.enter<Answer>('/passkey/login', { response })

/** Where the browser can use passkeys. */
export function PasskeySignIn() {
  const { say } = useMessages()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const offer = useRef<{ renew(): void } | null>(null)

  /** @returns whether it signed in */
  const use = useCallback(async (response: PasskeyAssertion): Promise<boolean> => {
    const result = await login(response)
    if (result.ok) goOnFrom(result.value)
    else setTrouble(troubleOf(result.problem, []))
    return result.ok
  }, [])

  useEffect(() => {
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

  const signIn = async (): Promise<Trouble<never> | Answer> => {
    const asked = await askForPasskey(send('POST', '/passkey/options'))
    if (!asked.ok) return asked.trouble
    const result = await login(asked.value)
    return result.ok ? result.value : troubleOf(result.problem, [])
  }

  const press = async () => {
    setTrouble(null)
    setBusy(true)
    const found = await signIn()
    if (!('fields' in found)) return goOnFrom(found)
    setTrouble(found)
    setBusy(false)
    offer.current?.renew()
  }

  return (
    <>
      <Button busy={busy} busyText={say('passkeySignIn.busy')} onClick={() => void press()}>
        <PasskeyIcon />
        {say('passkeySignIn.submit')}
      </Button>
      <TroubleSummary trouble={trouble} labels={{}} />
    </>
  )
}
