// Sets up an authenticator app: a picture to scan, the same as text, and a first code that proves it worked.
import type { TotpOffer } from '@vigile/contract'
import { type ComponentType, lazy, type ReactNode, Suspense } from 'react'
import type { Trouble } from '../forms/trouble.ts'
import { Notice } from '../look/notice.tsx'
import { useMessages } from '../messages/i18n.ts'
import { CodeForm } from './code-form.tsx'
import { CopyButton } from './copy-button.tsx'
import styles from './totp-setup.module.css'

/** In place of a picture that can't be loaded: the key is still there. */
function NoPicture() {
  const { say } = useMessages()
  return (
    <Notice kind="note">
      <p>{say('totpSetup.noPicture')}</p>
    </Notice>
  )
}

const QrCode = lazy<ComponentType<{ text: string; label: string }>>(() =>
  import('./qr-code.tsx').then(
    (loaded) => ({ default: loaded.QrCode }),
    () => ({ default: NoPicture }),
  ),
)

type Props = {
  readonly offer: TotpOffer
  readonly send: (code: string) => Promise<Trouble<'code'> | null>
  readonly submit: string
  readonly around?: (submit: ReactNode) => ReactNode
}

export function TotpSetup({ offer, send, submit, around }: Props) {
  const { say } = useMessages()
  const grouped = offer.secret.replace(/(.{4})(?=.)/g, '$1 ')
  return (
    <div className={styles.steps}>
      <p>{say('totpSetup.scan')}</p>
      <div className={styles.frame}>
        <Suspense fallback={null}>
          <QrCode text={offer.uri} label={say('totpSetup.picture')} />
        </Suspense>
      </div>
      <div className={styles.key}>
        <p>{say('totpSetup.type')}</p>
        <p className={styles.secret} translate="no">
          {grouped}
        </p>
        <div>
          <CopyButton text={offer.secret}>{say('totpSetup.copy')}</CopyButton>
        </div>
      </div>
      <CodeForm
        label={say('totpSetup.code')}
        kind="totp"
        submit={submit}
        busyText={say('secondFactor.busy')}
        send={send}
        {...(around && { around })}
      />
    </div>
  )
}
