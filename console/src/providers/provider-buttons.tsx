// Ways in through somebody else: plain links, which go to the provider and come home to /auth/callback.
import { ButtonLink } from '../look/button-link.tsx'
import { useMessages } from '../messages/i18n.ts'
import { providerHref } from '../navigation/routes.ts'
import type { Provider } from '../settings.ts'
import styles from './provider-buttons.module.css'
import { ProviderGlyph } from './provider-glyph.tsx'

type Props = {
  readonly providers: readonly Provider[]
  /** The provider is to ask anew who is there. */
  readonly again?: boolean
  /** Where to come back to, where it is not what the address says. */
  readonly returnTo?: string
}

/** One that is down says so, and still can be pressed: it may be back by then, and who is told "no" goes on with another way. */
export function ProviderButtons({ providers, ...where }: Props) {
  const { say } = useMessages()
  return (
    <ul className={styles.list}>
      {providers.map(({ id, name, isDown }) => (
        <li key={id}>
          <ButtonLink href={providerHref(id, where)}>
            <ProviderGlyph id={id} name={name} />
            <span className={styles.words}>
              {say('providers.continueWith', { provider: name })}
              {isDown && <span className={styles.down}>{say('providers.down')}</span>}
            </span>
          </ButtonLink>
        </li>
      ))}
    </ul>
  )
}
