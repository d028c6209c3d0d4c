import { useEffect, useRef } from 'react'
import { Button } from '../look/button.tsx'
import styles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'

/** After a letter was asked for. It reads alike whether or not the address was known (ACC-3). */
export function CheckMail({
  email,
  text = 'signUp.checkMailText',
  onStartAgain,
}: {
  email: string
  text?: 'signUp.checkMailText' | 'forgot.sentText' | 'magicLink.sentText'
  onStartAgain(): void
}) {
  const { say } = useMessages()
  const heading = useRef<HTMLHeadingElement>(null)
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className={styles.stack}>
      <h1 className={styles.heading} ref={heading} tabIndex={-1}>
        {say('signUp.checkMail')}
      </h1>
      <p className={styles.lead}>{say(text, { email })}</p>
      <p className={styles.aside}>{say('signUp.checkMailLate')}</p>
      <Button onClick={onStartAgain}>{say('signUp.startAgain')}</Button>
    </div>
  )
}
