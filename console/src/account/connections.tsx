import type { Identity } from '@vigile/contract'
import { useEffect, useRef, useState } from 'react'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Confirm } from '../look/confirm.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { ProviderGlyph } from '../providers/provider-glyph.tsx'
import { startLink } from '../providers/start-link.ts'
import { type Provider, settings } from '../settings.ts'
import { accountOf, ConnectionRow, isUsableHere } from './connection-row.tsx'
import styles from './connections.module.css'
import { EndOthers } from './end-others.tsx'
import { Failed } from './failed.tsx'
import { useAct } from './recent-sign-in.tsx'
import { Section } from './section.tsx'
import list from './sessions.module.css'
import { useConnections } from './use-connections.ts'
import { useFactors } from './use-factors.ts'
import { useNow } from './use-now.ts'

/** The accounts at providers that sign in to this one. */
export function Connections() {
  const { say } = useMessages()
  const act = useAct()
  const now = useNow()
  const heading = useRef<HTMLHeadingElement>(null)
  const { factors } = useFactors()
  const { connections, problem, load } = useConnections()
  /** The provider that is being gone to, or the connection that is being ended. */
  const [busy, setBusy] = useState<string | null>(null)
  const [asked, setAsked] = useState<Identity | null>(null)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const [done, setDone] = useState('')
  const [changed, setChanged] = useState(false)

  // The back button can bring this page back as it was left, on its way to a provider.
  useEffect(() => {
    const onShow = ({ persisted }: PageTransitionEvent) => persisted && setBusy(null)
    addEventListener('pageshow', onShow)
    return () => removeEventListener('pageshow', onShow)
  }, [])

  const begin = () => {
    setTrouble(null)
    setDone('')
  }

  const connect = async ({ id }: Provider) => {
    begin()
    setBusy(id)
    const problem = await startLink(act, id)
    if (problem) setTrouble(troubleOf(problem, []))
    setBusy(null)
  }

  const disconnect = async ({ id, providerName }: Identity) => {
    setBusy(id)
    const result = await act(() => send('DELETE', `/identities/${id}`))
    const gone = !result.ok && result.problem.code === 'not_found'
    if (result.ok || gone) await load()
    setBusy(null)
    setAsked(null)
    if (!result.ok && !gone) return setTrouble(troubleOf(result.problem, []))
    setChanged(true)
    setDone(gone ? say('connections.gone') : say('connections.disconnected', { provider: providerName }))
    // The button that opened the dialog is gone with its row.
    setTimeout(() => heading.current?.focus())
  }

  const identities = connections?.identities
  const toConnect = settings.providers.filter(({ id }) => !identities?.some(({ provider }) => provider === id))
  const usable = identities?.filter(isUsableHere) ?? []
  // The server decides; this only saves a click that would be refused.
  const hasOthers = factors?.hasPassword !== false || factors.passkeys.length > 0
  const isLast = ({ id }: Identity) => !hasOthers && !usable.some((other) => other.id !== id)
  return (
    <Section id="connections" title={say('connections.title')} text={say('connections.text')} headingRef={heading}>
      <TroubleSummary trouble={trouble} labels={{}} />
      <Live role="status">
        {done && (
          <Notice kind="done">
            <p>{done}</p>
          </Notice>
        )}
      </Live>
      {changed && <EndOthers />}
      {problem && !connections && <Failed problem={problem} onRetry={load} />}
      {identities && identities.length > 0 && (
        <ul className={list.list}>
          {identities.map((connection) => (
            <ConnectionRow key={connection.id} connection={connection} now={now}>
              {!isLast(connection) && (
                <Button
                  aria-label={say('connections.disconnectThis', {
                    provider: connection.providerName,
                    account: accountOf(connection),
                  })}
                  onClick={() => {
                    begin()
                    setAsked(connection)
                  }}
                >
                  {say('connections.disconnect')}
                </Button>
              )}
            </ConnectionRow>
          ))}
        </ul>
      )}
      {usable.some(isLast) && <p className={page.aside}>{say('connections.lastWayIn')}</p>}
      {identities?.length === 0 && <p className={page.aside}>{say('connections.none')}</p>}
      {identities && toConnect.length > 0 && (
        <div className={styles.ways}>
          {toConnect.map((provider) => (
            <Button
              key={provider.id}
              busy={busy === provider.id}
              busyText={say('connections.connecting', { provider: provider.name })}
              onClick={() => void connect(provider)}
            >
              <ProviderGlyph id={provider.id} name={provider.name} />
              {say('connections.connect', { provider: provider.name })}
            </Button>
          ))}
        </div>
      )}
      <Confirm
        opened={asked !== null}
        title={say('connections.confirm', { provider: asked?.providerName ?? '' })}
        cancel={say('connections.keep')}
        confirm={say('connections.disconnectIt')}
        busy={busy !== null}
        busyText={say('connections.disconnecting')}
        onCancel={() => setAsked(null)}
        onConfirm={() => asked && void disconnect(asked)}
      >
        <p>{asked && say('connections.confirmText', { account: accountOf(asked) })}</p>
      </Confirm>
    </Section>
  )
}
