import { useEffect, useRef, useState } from 'react'
import { send } from '../forms/send.ts'
import { troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import { useMessages } from '../messages/i18n.ts'
import styles from './end-others.module.css'
import { useAct } from './recent-sign-in.tsx'
import { useSessionList } from './use-sessions.ts'

/**
 * Offers to end the other sessions, where there are any: for a section to show after a change of what protects the account
 * (S-37), `{done && <EndOthers />}`.
 */
export function EndOthers() {
  const { say } = useMessages()
  const act = useAct()
  const { sessions, list } = useSessionList()
  // Offered after a change, the list is as old as the page: whoever came since is meant first of all.
  const isOld = useRef(sessions !== null)
  useEffect(() => {
    if (isOld.current) void list()
  }, [list])
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Awaited<ReturnType<typeof end>> | null>(null)
  const end = () => act(() => send('DELETE', '/sessions', {}))
  const others = sessions?.filter(({ current }) => !current).length ?? 0

  const run = async () => {
    setBusy(true)
    setResult(await end())
    await list()
    setBusy(false)
  }

  return (
    <>
      <TroubleSummary trouble={result && !result.ok ? troubleOf(result.problem, []) : null} labels={{}} />
      <Live role="status">
        {result?.ok && (
          <Notice kind="done">
            <p>{say('endOthers.done')}</p>
          </Notice>
        )}
        {!result?.ok && others > 0 && (
          <Notice kind="note">
            <p>{say('endOthers.text', { count: others })}</p>
            <div className={styles.act}>
              <Button busy={busy} busyText={say('sessions.ending')} onClick={() => void run()}>
                {say('endOthers.submit')}
              </Button>
            </div>
          </Notice>
        )}
      </Live>
    </>
  )
}
