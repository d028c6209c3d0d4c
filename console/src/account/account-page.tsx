import { useEffect } from 'react'
import { onSessionEnd, onSessionStart } from '../client.ts'
import { troubleOf, worded } from '../forms/trouble.ts'
import { Button } from '../look/button.tsx'
import { Notice } from '../look/notice.tsx'
import pageStyles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { leaveToSignIn } from '../navigation/routes.ts'
import { AccountFrame } from './account-frame.tsx'
import { ChangePassword } from './change-password.tsx'
import { Loading } from './loading.tsx'
import { Profile } from './profile.tsx'
import { Sessions } from './sessions.tsx'
import { type Account, useAccount } from './use-account.ts'

function Failed({ problem, onRetry }: { problem: (Account & { state: 'trouble' })['problem']; onRetry(): void }) {
  const { say } = useMessages()
  const notice = problem && troubleOf(problem, []).notice
  return (
    <div className={pageStyles.stack} role="alert">
      <Notice kind="trouble">
        <p>{say('account.failed')}</p>
        {notice && <p>{worded(notice, say)}</p>}
      </Notice>
      <div>
        <Button onClick={onRetry}>{say('trouble.retry')}</Button>
      </div>
    </div>
  )
}

export function AccountPage() {
  const { account, reload } = useAccount()
  useEffect(() => onSessionEnd(({ reason }) => leaveToSignIn(reason)), [])
  // Another tab signed in, perhaps as someone else.
  useEffect(() => onSessionStart(() => void reload()), [reload])
  return (
    <AccountFrame user={account.state === 'ready' ? account.me.user : null}>
      {account.state === 'loading' && <Loading />}
      {account.state === 'trouble' && <Failed problem={account.problem} onRetry={() => void reload()} />}
      {account.state === 'ready' && (
        <>
          <Profile user={account.me.user} />
          <Sessions sessions={account.sessions} onChange={reload} />
          <ChangePassword email={account.me.user.email} onChange={reload} />
        </>
      )}
    </AccountFrame>
  )
}
