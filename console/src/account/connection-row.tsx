import type { Identity } from '@vigile/contract'
import type { ReactNode } from 'react'
import { useMessages } from '../messages/i18n.ts'
import { ago, day, dayAndTime } from '../messages/times.ts'
import { ProviderGlyph } from '../providers/provider-glyph.tsx'
import { settings } from '../settings.ts'
import styles from './session-row.module.css'

/** What people know the account there by. */
export const accountOf = ({ name, email, providerName }: Pick<Identity, 'name' | 'email' | 'providerName'>): string =>
  name ?? email ?? providerName

/** Whether the site still signs people in with this provider. */
export const isUsableHere = ({ provider }: Pick<Identity, 'provider'>): boolean =>
  settings.providers.some(({ id }) => id === provider)

type Props = { readonly connection: Identity; readonly now: number; readonly children: ReactNode }

/** One connected account, and what can be done with it (children). */
export function ConnectionRow({ connection, now, children }: Props) {
  const { say, locale } = useMessages()
  const { provider, providerName, name, email, createdAt, lastUsedAt } = connection
  const isUsable = isUsableHere(connection)
  return (
    <li className={styles.row}>
      <span className={styles.icon}>
        <ProviderGlyph id={provider} name={providerName} />
      </span>
      <div className={styles.about}>
        <h3 className={styles.device}>{providerName}</h3>
        <p className={styles.used}>{[name, email].filter(Boolean).join(' · ')}</p>
        {!isUsable && <p className={styles.used}>{say('connections.notHere')}</p>}
        <p className={styles.exact}>
          {lastUsedAt === null ? (
            say('connections.unused')
          ) : (
            <time dateTime={new Date(lastUsedAt).toISOString()} title={dayAndTime(lastUsedAt, locale)}>
              {say('connections.used', { ago: ago(lastUsedAt, now, locale) ?? say('connections.now') })}
            </time>
          )}
        </p>
        <p className={styles.exact}>
          <time dateTime={new Date(createdAt).toISOString()}>
            {say('connections.made', { time: day(createdAt, locale) })}
          </time>
        </p>
      </div>
      <div className={styles.acts}>{children}</div>
    </li>
  )
}
