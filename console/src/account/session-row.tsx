import type { ListedSession } from '@vigile/contract'
import type { ReactNode } from 'react'
import { DesktopIcon, MobileIcon, OtherDeviceIcon, TabletIcon } from '../look/icons.tsx'
import { useMessages } from '../messages/i18n.ts'
import { ago, dayAndTime } from '../messages/times.ts'
import { deviceName } from './device.ts'
import styles from './session-row.module.css'

const icons = { desktop: DesktopIcon, mobile: MobileIcon, tablet: TabletIcon, other: OtherDeviceIcon }

type Props = { readonly session: ListedSession; readonly now: number; readonly children: ReactNode }

/** One session, and what can be done with it (children). The lamp is lit where the reader is. */
export function SessionRow({ session, now, children }: Props) {
  const { say, locale } = useMessages()
  const { lastUsedAt, createdAt } = session
  const elapsed = ago(lastUsedAt, now, locale)
  const Icon = icons[session.device]
  return (
    <li className={styles.row} data-current={session.current || undefined}>
      <span className={styles.icon}>
        <Icon />
      </span>
      <div className={styles.about}>
        <h3 className={styles.device}>
          {deviceName(session, say)} {session.current && <span className={styles.here}>{say('sessions.current')}</span>}
        </h3>
        <p className={styles.used}>
          <time dateTime={new Date(lastUsedAt).toISOString()}>
            <span>{say('sessions.lastUsed', { ago: elapsed ?? say('sessions.now') })}</span>{' '}
            {elapsed && <span className={styles.exact}>{dayAndTime(lastUsedAt, locale)}</span>}
          </time>
        </p>
        <p className={styles.exact}>
          <time dateTime={new Date(createdAt).toISOString()}>
            {say('sessions.signedIn', { time: dayAndTime(createdAt, locale) })}
          </time>
        </p>
        <p className={styles.exact}>{[say(`sessions.${session.device}`), session.ip].filter(Boolean).join(' · ')}</p>
      </div>
      <div className={styles.acts}>{children}</div>
    </li>
  )
}
