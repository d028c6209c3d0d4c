import type { Factor } from '@vigile/contract'
import { useState } from 'react'
import styles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { ByCode } from './by-code.tsx'
import { ByPasskey } from './by-passkey.tsx'

type Props = {
  readonly factors: readonly Factor[]
  readonly onEntered: () => void
  /** The sign-in that waited is over. */
  readonly onOver: () => void
}

/** By a code, by a passkey, or by either: whoever has a passkey and no app is asked for that first. */
export function Ways({ factors, onEntered, onOver }: Props) {
  const { say } = useMessages()
  const hasPasskey = factors.includes('passkey')
  const [byCode, setByCode] = useState(factors.includes('totp') || !hasPasskey)
  if (byCode) {
    return (
      <>
        <ByCode factors={factors} onEntered={onEntered} onOver={onOver} />
        {hasPasskey && <ByPasskey isFirst={false} onEntered={onEntered} onOver={onOver} />}
      </>
    )
  }
  return (
    <>
      <ByPasskey isFirst onEntered={onEntered} onOver={onOver} />
      {factors.includes('recovery_code') && (
        <p className={styles.other}>
          <button type="button" className={styles.link} onClick={() => setByCode(true)}>
            {say('secondFactor.useRecovery')}
          </button>
        </p>
      )}
    </>
  )
}
