import type { ListedSession } from '@vigile/contract'
import type { ReactNode } from 'react'
import { DesktopIcon, MobileIcon, OtherDeviceIcon, TabletIcon } from '../look/icons.tsx'
import { useMessages } from '../messages/i18n.ts'
import { ago, dayAndTime } from '../messages/times.ts'
import { deviceName } from './device.ts'
import styles from './session-row.module.css'

const icons = { desktop: DesktopIcon, mobile: MobileIcon, tablet: TabletIcon, other: OtherDeviceIcon }

function Moment({ at, now }: { at: number; now: number }) {
  const { say, locale } = useMessages()
  return (
    <>
      {ago(at, now, locale) ?? say('sessions.now')}
      {', '}
      <time dateTime={new Date(at).toISOString()}>{dayAndTime(at, locale)}</time>
    </>
  )
}

type Props = { readonly session: ListedSession; readonly now: number; readonly children: ReactNode }

/** One session, and what can be done with it (children). The lamp is lit where the reader is. */
export function SessionRow({ session, now, children }: Props) {
  const { say } = useMessages()
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
        <dl className={styles.facts}>
          <div>
            <dt>{say('sessions.lastUsed')}</dt>
            <dd>
              <Moment at={session.lastUsedAt} now={now} />
            </dd>
          </div>
          <div>
            <dt>{say('sessions.signedIn')}</dt>
            <dd>
              <Moment at={session.createdAt} now={now} />
            </dd>
          </div>
          <div>
            <dt>{say('sessions.from')}</dt>
            <dd>{[say(`sessions.${session.device}`), session.ip].filter(Boolean).join(', ')}</dd>
          </div>
        </dl>
      </div>
      <div className={styles.acts}>{children}</div>
    </li>
  )
}
