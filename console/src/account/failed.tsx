import type { AuthProblem } from '@vigile/react'
import { useState } from 'react'
import { troubleOf, worded } from '../forms/trouble.ts'
import { Button } from '../look/button.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'

/** What could not be loaded, why, and the way to try again. */
export function Failed({ problem, onRetry }: { problem: AuthProblem; onRetry: () => Promise<void> }) {
  const { say } = useMessages()
  const [busy, setBusy] = useState(false)
  const { notice } = troubleOf(problem, [])
  const retry = async () => {
    setBusy(true)
    await onRetry()
    setBusy(false)
  }
  return (
    <div className={styles.stack} role="alert">
      <Notice kind="trouble">
        <p>{say('account.failed')}</p>
        {notice && <p>{worded(notice, say)}</p>}
      </Notice>
      <div>
        <Button busy={busy} onClick={() => void retry()}>
          {say('trouble.retry')}
        </Button>
      </div>
    </div>
  )
}
