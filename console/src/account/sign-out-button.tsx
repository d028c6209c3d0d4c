import { useState } from 'react'
import { client } from '../client.ts'
import { troubleOf, worded } from '../forms/trouble.ts'
import { Button } from '../look/button.tsx'
import { useMessages } from '../messages/i18n.ts'
import styles from './sign-out-button.module.css'

/** Signs out of this browser. The page is left when the client says that the session is over. */
export function SignOutButton() {
  const { say } = useMessages()
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)

  const signOut = async () => {
    setBusy(true)
    setRefused(null)
    const result = await client.signOut()
    if (result.ok) return
    const { notice } = troubleOf(result.problem, [])
    setRefused(notice && worded(notice, say))
    setBusy(false)
  }

  return (
    <div className={styles.signOut}>
      <Button busy={busy} busyText={say('account.signingOut')} onClick={() => void signOut()}>
        {say('account.signOut')}
      </Button>
      <p role="alert" className={styles.refused}>
        {refused}
      </p>
    </div>
  )
}
