import type { OfferedIdentity, User } from '@vigile/contract'
import { PersonIcon } from '../look/icons.tsx'
import { useMessages } from '../messages/i18n.ts'
import styles from './both-accounts.module.css'
import { ProviderGlyph } from './provider-glyph.tsx'

type Props = { readonly offer: OfferedIdentity; readonly user: User }

/** Who it is there, and who it is here: what is about to be connected. */
export function BothAccounts({ offer, user }: Props) {
  const { say } = useMessages()
  const { provider, providerName, name, email } = offer
  return (
    <dl className={styles.both}>
      <div className={styles.one}>
        <dt>
          <ProviderGlyph id={provider} name={providerName} />
          {say('link.there', { provider: providerName })}
        </dt>
        {name !== null && <dd>{name}</dd>}
        {email !== null && <dd>{email}</dd>}
      </div>
      <div className={styles.one}>
        <dt>
          <PersonIcon />
          {say('link.here')}
        </dt>
        {user.name !== null && <dd>{user.name}</dd>}
        <dd>{user.email}</dd>
      </div>
    </dl>
  )
}
