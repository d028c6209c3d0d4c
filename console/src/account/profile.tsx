import type { User } from '@vigile/contract'
import { useMessages } from '../messages/i18n.ts'
import { day } from '../messages/times.ts'
import styles from './profile.module.css'
import { Section } from './section.tsx'

export function Profile({ user }: { user: User }) {
  const { say, locale } = useMessages()
  return (
    <Section id="profile" title={say('profile.title')} text={say('profile.text')}>
      <dl className={styles.list}>
        <div>
          <dt>{say('profile.name')}</dt>
          <dd>{user.name ?? <span className={styles.soft}>{say('profile.noName')}</span>}</dd>
        </div>
        <div>
          <dt>{say('profile.email')}</dt>
          <dd>
            {user.email}{' '}
            <span className={styles.state}>{say(user.emailVerified ? 'profile.verified' : 'profile.unverified')}</span>
          </dd>
        </div>
        <div>
          <dt>{say('profile.since')}</dt>
          <dd>
            <time dateTime={new Date(user.createdAt).toISOString()}>{day(user.createdAt, locale)}</time>
          </dd>
        </div>
      </dl>
    </Section>
  )
}
