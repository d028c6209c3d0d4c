// The signed-out pages: the night with its dial on one side, the page's own matter on the other.
import { type ReactNode, useEffect } from 'react'
import { useMessages } from '../messages/i18n.ts'
import { settings } from '../settings.ts'
import { Brand } from './brand.tsx'
import { Choices } from './choices.tsx'
import { Dial } from './dial.tsx'
import styles from './signed-out-frame.module.css'

export function SignedOutFrame({ title, children }: { title: string; children: ReactNode }) {
  const { say } = useMessages()
  useEffect(() => {
    document.title = `${title} · ${settings.name}`
  }, [title])
  return (
    <div className={styles.frame}>
      <header className={styles.night}>
        <div className={styles.inner}>
          <Dial className={styles.dial} />
          <Brand />
          <p className={styles.promise}>{say('promise')}</p>
        </div>
      </header>
      <main className={styles.matter}>{children}</main>
      <footer className={styles.foot}>
        <Choices />
      </footer>
    </div>
  )
}
