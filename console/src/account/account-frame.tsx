// The account: the same night as on the signed-out pages, narrowed to a side with the sections and the way out.
import { useAuth } from '@vigile/react'
import { type ReactNode, useEffect } from 'react'
import { Brand } from '../look/brand.tsx'
import { Choices } from '../look/choices.tsx'
import { Dial } from '../look/dial.tsx'
import { useMessages } from '../messages/i18n.ts'
import { settings } from '../settings.ts'
import styles from './account-frame.module.css'
import { sections } from './sections.ts'
import { SignOutButton } from './sign-out-button.tsx'

export function AccountFrame({ children }: { children: ReactNode }) {
  const { user } = useAuth()
  const { say } = useMessages()
  const title = say('account.title')
  useEffect(() => {
    document.title = `${title} · ${settings.name}`
  }, [title])
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#matter">
        {say('account.skip')}
      </a>
      <header className={styles.night}>
        <div className={styles.inner}>
          <Dial className={styles.dial} />
          <Brand />
          {user && (
            <>
              <nav className={styles.sections} aria-label={say('account.sections')}>
                <ul>
                  {sections.map((section) => (
                    <li key={section}>
                      <a href={`#${section}`}>{say(`${section}.title`)}</a>
                    </li>
                  ))}
                </ul>
              </nav>
              <div className={styles.out}>
                <SignOutButton />
              </div>
            </>
          )}
        </div>
      </header>
      <main id="matter" className={styles.matter} tabIndex={-1}>
        <div className={styles.top}>
          <h1 className={styles.heading}>{title}</h1>
          {user && <p className={styles.who}>{user.email}</p>}
        </div>
        {children}
      </main>
      <footer className={styles.foot}>
        <Choices />
      </footer>
    </div>
  )
}
