import type { NetworkProblem } from '@vigile/client'
import type { Problem } from '@vigile/contract'
import { useState } from 'react'
import { useAct } from '../account/recent-sign-in.tsx'
import { troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { ButtonLink } from '../look/button-link.tsx'
import { Notice } from '../look/notice.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { connectionsPath } from '../navigation/routes.ts'
import { settings } from '../settings.ts'
import { startLink } from './start-link.ts'
import { mayBeGood, type Why } from './why.ts'

type Props = {
  readonly why: Why
  /** Null: it is not known which one it was. */
  readonly provider: { readonly id: string; readonly name: string } | null
  /** Where what came may still be good. */
  readonly onAskAgain: () => void
  /** It could not be begun again. */
  readonly onProblem: (problem: Problem | NetworkProblem) => void
}

/** Why an account at a provider was not connected, and the ways on. */
export function NotConnected({ why, provider, onAskAgain, onProblem }: Props) {
  const { say } = useMessages()
  const act = useAct()
  const [busy, setBusy] = useState(false)
  const name = provider?.name ?? say('callback.aProvider')
  const startAgain = async (id: string) => {
    setBusy(true)
    const problem = await startLink(act, id)
    setBusy(false)
    if (problem) onProblem(problem)
  }
  const canStart = provider !== null && why !== 'already_linked'
  return (
    <>
      {typeof why === 'string' ? (
        <Notice kind={why === 'cancelled' ? 'note' : 'care'}>
          <p>{say(`callback.why.${why}`, { provider: name, name: settings.name })}</p>
          {why === 'sign_in_expired' && <p>{say('link.overText')}</p>}
        </Notice>
      ) : (
        <TroubleSummary trouble={troubleOf(why, [])} labels={{}} />
      )}
      <div className={page.acts}>
        {mayBeGood(why) ? (
          <Button kind="main" onClick={onAskAgain}>
            {say('trouble.retry')}
          </Button>
        ) : (
          canStart && (
            <Button
              kind="main"
              busy={busy}
              busyText={say('connections.connecting', { provider: name })}
              onClick={() => void startAgain(provider.id)}
            >
              {say('callback.again', { provider: name })}
            </Button>
          )
        )}
        <ButtonLink href={connectionsPath}>{say('link.toAccount')}</ButtonLink>
      </div>
    </>
  )
}
