// Where a second factor is required, whoever has none sets one up before there is a session.
import type { Enrolled, TotpOffer } from '@vigile/contract'
import { useCallback, useEffect, useState } from 'react'
import { client } from '../client.ts'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { useMessages } from '../messages/i18n.ts'
import { goOn } from '../navigation/routes.ts'
import { PasskeySetup } from './passkey-setup.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { TotpSetup } from './totp-setup.tsx'

type Props = {
  /** The sign-in that waited is over. */
  readonly onOver: () => void
  /** It is done, and there are codes to keep. */
  readonly onCodes: () => void
}

export function SetUpAtSignIn({ onOver, onCodes }: Props) {
  const { say } = useMessages()
  const [offer, setOffer] = useState<TotpOffer | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)

  const begin = useCallback(async () => {
    setTrouble(null)
    const result = await send<TotpOffer>('POST', '/second-factor/totp')
    if (result.ok) setOffer(result.value)
    else if (result.problem.code === 'unauthenticated') onOver()
    else setTrouble(troubleOf(result.problem, []))
  }, [onOver])
  useEffect(() => void begin(), [begin])

  const enrolled = (recoveryCodes: readonly string[]) => {
    onCodes()
    setCodes(recoveryCodes)
  }

  const confirm = async (code: string): Promise<Trouble<'code'> | null> => {
    const result = await client.enter<Enrolled>('/second-factor/totp/confirm', { code })
    if (result.ok) {
      enrolled(result.value.recoveryCodes)
      return null
    }
    if (result.problem.code !== 'unauthenticated') return troubleOf(result.problem, ['code'])
    onOver()
    return null
  }

  if (codes) return <RecoveryCodes codes={codes} onKept={goOn} />
  if (offer) {
    return (
      <>
        <p>{say('secondFactor.enrolText')}</p>
        <TotpSetup offer={offer} send={confirm} submit={say('secondFactor.enrolSubmit')} />
        <PasskeySetup onOver={onOver} onEnrolled={enrolled} />
      </>
    )
  }
  if (!trouble) return <p role="status">{say('secondFactor.asking')}</p>
  return (
    <>
      <TroubleSummary trouble={trouble} labels={{}} />
      <div>
        <Button onClick={() => void begin()}>{say('trouble.retry')}</Button>
      </div>
    </>
  )
}
