import type { NetworkProblem } from '@vigile/client'
import type { ListedSession, Problem } from '@vigile/contract'
import { useEffect, useRef, useState } from 'react'
import { client } from '../client.ts'
import { troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Confirm } from '../look/confirm.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import { useMessages } from '../messages/i18n.ts'
import { deviceName } from './device.ts'
import { EndOthers } from './end-others.tsx'
import { Failed } from './failed.tsx'
import { useAct } from './recent-sign-in.tsx'
import { Section } from './section.tsx'
import { SessionRow } from './session-row.tsx'
import styles from './sessions.module.css'
import { SignOutButton } from './sign-out-button.tsx'
import { useNow } from './use-now.ts'
import { useSessionList } from './use-sessions.ts'

/** What the user is asked to confirm: the end of one session, or of all. */
type Question = ListedSession | 'everywhere'

export function Sessions() {
  const { sessions, problem: missing, list } = useSessionList()
  const { say } = useMessages()
  const act = useAct()
  const now = useNow()
  const heading = useRef<HTMLHeadingElement>(null)
  const [question, setQuestion] = useState<Question | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | NetworkProblem | null>(null)
  const [done, setDone] = useState('')

  // It failed together with the page: what is back for one is back for the other.
  const lost = useRef(missing !== null)
  useEffect(() => {
    if (lost.current) void list()
    lost.current = false
  }, [list])

  const confirmed = async (asked: Question) => {
    setBusy(true)
    const result = await act(() => (asked === 'everywhere' ? client.signOutEverywhere() : client.endSession(asked.id)))
    const refused = result.ok ? null : result.problem
    const gone = asked !== 'everywhere' && refused?.code === 'not_found'
    if (!refused || gone) await list()
    setBusy(false)
    setQuestion(null)
    setProblem(gone ? null : refused)
    if (asked === 'everywhere' || (refused && !gone)) return
    setDone(gone ? say('sessions.gone') : say('sessions.ended', { device: deviceName(asked, say) }))
    // The button that opened the dialog is gone with its session.
    setTimeout(() => heading.current?.focus())
  }

  const ask = (asked: Question) => {
    setProblem(null)
    setDone('')
    setQuestion(asked)
  }

  const one = question !== 'everywhere' && question !== null ? question : null
  return (
    <Section id="sessions" title={say('sessions.title')} text={say('sessions.text')} headingRef={heading}>
      <TroubleSummary trouble={problem && troubleOf(problem, [])} labels={{}} />
      <Live role="status">
        {done && (
          <Notice kind="done">
            <p>{done}</p>
          </Notice>
        )}
      </Live>
      {missing && <Failed problem={missing} onRetry={list} />}
      {!sessions && !missing && <p role="status">{say('account.loading')}</p>}
      <ul className={styles.list} hidden={!sessions}>
        {sessions?.map((session) => (
          <SessionRow key={session.id} session={session} now={now}>
            {session.current ? (
              <SignOutButton />
            ) : (
              <Button
                aria-label={say('sessions.endThis', { device: deviceName(session, say) })}
                onClick={() => ask(session)}
              >
                {say('sessions.end')}
              </Button>
            )}
          </SessionRow>
        ))}
      </ul>
      {sessions?.length === 1 && <p className={styles.alone}>{say('sessions.alone')}</p>}
      <EndOthers />
      <div>
        <Button onClick={() => ask('everywhere')}>{say('sessions.everywhere')}</Button>
      </div>
      <Confirm
        opened={question !== null}
        title={say(one ? 'sessions.confirmEnd' : 'sessions.confirmEverywhere')}
        cancel={say('sessions.keep')}
        confirm={say(one ? 'sessions.endIt' : 'sessions.everywhere')}
        busy={busy}
        busyText={say(one ? 'sessions.ending' : 'account.signingOut')}
        onCancel={() => setQuestion(null)}
        onConfirm={() => question && void confirmed(question)}
      >
        <p>
          {one
            ? say('sessions.confirmEndText', { device: deviceName(one, say) })
            : say('sessions.confirmEverywhereText')}
        </p>
      </Confirm>
    </Section>
  )
}
