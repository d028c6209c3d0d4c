import type { Passkey, PasskeyAdded } from '@vigile/contract'
import { useRef, useState } from 'react'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Confirm } from '../look/confirm.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { askForNewPasskey } from '../passkeys/ask.ts'
import { hasPasskeys } from '../passkeys/support.ts'
import { RecoveryCodes } from '../second-factor/recovery-codes.tsx'
import { EndOthers } from './end-others.tsx'
import { Failed } from './failed.tsx'
import { NamePasskey } from './name-passkey.tsx'
import { PasskeyRow } from './passkey-row.tsx'
import { useAct } from './recent-sign-in.tsx'
import { Section } from './section.tsx'
import styles from './sessions.module.css'
import { useFactors } from './use-factors.ts'
import { useNow } from './use-now.ts'

/** What the reader is at: naming a passkey, asked whether to remove one, or keeping the codes that came with the first. */
type Question =
  | { readonly kind: 'name' | 'remove'; readonly passkey: Passkey }
  | { readonly kind: 'codes'; readonly passkey: Passkey; readonly codes: readonly string[] }

export function Passkeys() {
  const { say } = useMessages()
  const act = useAct()
  const now = useNow()
  const heading = useRef<HTMLHeadingElement>(null)
  const { factors, problem, load } = useFactors()
  const [busy, setBusy] = useState(false)
  const [question, setQuestion] = useState<Question | null>(null)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const [done, setDone] = useState('')
  const [changed, setChanged] = useState(false)

  const begin = () => {
    setTrouble(null)
    setDone('')
  }
  const ask = (kind: 'name' | 'remove', passkey: Passkey) => {
    begin()
    setQuestion({ kind, passkey })
  }

  /** The passkey that was added, or why none was. */
  const make = async (): Promise<PasskeyAdded | Trouble<never>> => {
    const made = await askForNewPasskey(act(() => send('POST', '/factors/passkeys/options')))
    if (!made.ok) return made.trouble
    const added = await act(() => send<PasskeyAdded>('POST', '/factors/passkeys', { response: made.value }))
    return added.ok ? added.value : troubleOf(added.problem, [])
  }

  const add = async () => {
    begin()
    setBusy(true)
    const added = await make()
    if ('passkey' in added) {
      await load()
      setDone(say('passkeys.added', { name: added.passkey.name }))
      const { passkey, recoveryCodes: codes } = added
      setQuestion(codes ? { kind: 'codes', passkey, codes } : { kind: 'name', passkey })
      setChanged(true)
    } else setTrouble(added)
    setBusy(false)
  }

  const remove = async ({ id, name }: Passkey) => {
    setBusy(true)
    const result = await act(() => send('DELETE', `/factors/passkeys/${id}`))
    const gone = !result.ok && result.problem.code === 'not_found'
    if (result.ok || gone) await load()
    setBusy(false)
    setQuestion(null)
    if (!result.ok && !gone) return setTrouble(troubleOf(result.problem, []))
    setChanged(true)
    setDone(gone ? say('passkeys.gone') : say('passkeys.removed', { name }))
    // The button that opened the dialog is gone with its passkey.
    setTimeout(() => heading.current?.focus())
  }

  const named = async ({ name }: Passkey) => {
    setQuestion(null)
    await load()
    setDone(say('passkeys.renamed', { name }))
  }

  const passkeys = factors?.passkeys
  const isLast = factors?.required === true && factors.totp === null && passkeys?.length === 1
  const removing = question?.kind === 'remove' ? question.passkey : null
  const isBusyAdding = busy && question === null
  return (
    <Section id="passkeys" title={say('passkeys.title')} text={say('passkeys.text')} headingRef={heading}>
      <TroubleSummary trouble={trouble} labels={{}} />
      <Live role="status">
        {done && (
          <Notice kind="done">
            <p>{done}</p>
          </Notice>
        )}
      </Live>
      {changed && <EndOthers />}
      {problem && !factors && <Failed problem={problem} onRetry={load} />}
      {passkeys && passkeys.length > 0 && (
        <ul className={styles.list}>
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} now={now}>
              <Button
                aria-label={say('passkeys.renameThis', { name: passkey.name })}
                onClick={() => ask('name', passkey)}
              >
                {say('passkeys.rename')}
              </Button>
              {!isLast && (
                <Button
                  aria-label={say('passkeys.removeThis', { name: passkey.name })}
                  onClick={() => ask('remove', passkey)}
                >
                  {say('passkeys.remove')}
                </Button>
              )}
            </PasskeyRow>
          ))}
        </ul>
      )}
      {passkeys?.length === 0 && <p className={page.aside}>{say('passkeys.none')}</p>}
      {hasPasskeys ? (
        <div>
          <Button busy={isBusyAdding} busyText={say('passkeys.adding')} onClick={() => void add()}>
            {say('passkeys.add')}
          </Button>
        </div>
      ) : (
        <p className={page.aside}>{say('passkeys.unsupported')}</p>
      )}
      {/* Not left by a slip: the codes are shown this once. */}
      <Dialog opened={question?.kind === 'codes'} title={say('recoveryCodes.title')} onClose={() => {}}>
        {question?.kind === 'codes' && (
          <RecoveryCodes codes={question.codes} onKept={() => ask('name', question.passkey)} />
        )}
      </Dialog>
      <NamePasskey
        passkey={question?.kind === 'name' ? question.passkey : null}
        onNamed={(passkey) => void named(passkey)}
        onCancel={() => setQuestion(null)}
      />
      <Confirm
        opened={removing !== null}
        title={say('passkeys.confirmRemove')}
        cancel={say('passkeys.keep')}
        confirm={say('passkeys.removeIt')}
        busy={busy}
        busyText={say('passkeys.removing')}
        onCancel={() => setQuestion(null)}
        onConfirm={() => removing && void remove(removing)}
      >
        <p>{removing && say('passkeys.confirmRemoveText', { name: removing.name })}</p>
      </Confirm>
    </Section>
  )
}
