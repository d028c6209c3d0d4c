import type { ReactNode } from 'react'
import { useMessages } from '../messages/i18n.ts'
import { ProviderButtons } from '../providers/provider-buttons.tsx'
import { settings } from '../settings.ts'
import styles from './other-ways.module.css'

type Props = {
  /** A provider is to ask anew who is there. */
  readonly again?: boolean
  /** A way of this site itself. */
  readonly children?: ReactNode
}

/** Below a form with a password: the ways without one. */
export function OtherWays({ again = false, children }: Props) {
  const { say } = useMessages()
  if (settings.providers.length === 0 && !children) return null
  return (
    <div className={styles.ways}>
      <p className={styles.or}>
        <span>{say('signIn.or')}</span>
      </p>
      {children}
      <ProviderButtons providers={settings.providers} again={again} />
    </div>
  )
}
