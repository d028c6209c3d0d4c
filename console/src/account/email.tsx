import type { User } from '@vigile/contract'
import { useMessages } from '../messages/i18n.ts'
import styles from './email.module.css'
import { Section } from './section.tsx'

/** The address that letters go to. */
export function Email({ user }: { user: User }) {
  const { say } = useMessages()
  return (
    <Section id="email" title={say('email.title')} text={say('email.text')}>
      <p className={styles.address}>
        {user.email}{' '}
        <span className={styles.state}>{say(user.emailVerified ? 'email.verified' : 'email.unverified')}</span>
      </p>
    </Section>
  )
}
