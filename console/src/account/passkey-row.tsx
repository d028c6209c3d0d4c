import type { Passkey } from '@vigile/contract'
import type { ReactNode } from 'react'
import { PasskeyIcon } from '../look/icons.tsx'
import { useMessages } from '../messages/i18n.ts'
import { ago, day, dayAndTime } from '../messages/times.ts'
import styles from './session-row.module.css'

type Props = { readonly passkey: Passkey; readonly now: number; readonly children: ReactNode }

/** One passkey, and what can be done with it (children). */
export function PasskeyRow({ passkey, now, children }: Props) {
  const { say, locale } = useMessages()
  const { name, createdAt, lastUsedAt, backedUp } = passkey
  return (
    <li className={styles.row}>
      <span className={styles.icon}>
        <PasskeyIcon />
      </span>
      <div className={styles.about}>
        <h3 className={styles.device}>{name}</h3>
        <p className={styles.used}>
          {lastUsedAt === null ? (
            say('passkeys.unused')
          ) : (
            <time dateTime={new Date(lastUsedAt).toISOString()} title={dayAndTime(lastUsedAt, locale)}>
              {say('passkeys.used', { ago: ago(lastUsedAt, now, locale) ?? say('passkeys.now') })}
            </time>
          )}
        </p>
        <p className={styles.exact}>
          <time dateTime={new Date(createdAt).toISOString()}>
            {say('passkeys.made', { time: day(createdAt, locale) })}
          </time>
        </p>
        <p className={styles.exact}>{say(backedUp ? 'passkeys.synced' : 'passkeys.single')}</p>
      </div>
      <div className={styles.acts}>{children}</div>
    </li>
  )
}
