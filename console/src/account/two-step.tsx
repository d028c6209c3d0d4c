import type { TotpOffer } from '@vigile/contract'
import { useRef, useState } from 'react'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Confirm } from '../look/confirm.tsx'
import { Dialog, DialogActs } from '../look/dialog.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { RecoveryCodes } from '../second-factor/recovery-codes.tsx'
import { TotpSetup } from '../second-factor/totp-setup.tsx'
import { EndOthers } from './end-others.tsx'
import { FactorRows } from './factor-rows.tsx'
import { Failed } from './failed.tsx'
import { useAct } from './recent-sign-in.tsx'
import { Section } from './section.tsx'
import { useFactors } from './use-factors.ts'

/** The window that is open over the page. */
type Window =
  | { readonly kind: 'setUp'; readonly offer: TotpOffer }
  | { readonly kind: 'codes'; readonly codes: readonly string[] }
  | { readonly kind: 'remove' | 'renew' }

export function TwoStep() {
  const { say } = useMessages()
  const act = useAct()
  const heading = useRef<HTMLHeadingElement>(null)
  const { factors, problem, load } = useFactors()
  const [open, setOpen] = useState<Window | null>(null)
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const [done, setDone] = useState<'on' | 'removed' | null>(null)

  /** One act, and what follows where it was done. */
  const run = async <T,>(work: () => ReturnType<typeof send<T>>, then: (value: T) => void) => {
    setTrouble(null)
    setDone(null)
    setBusy(true)
    const result = await act(work)
    setBusy(false)
    if (result.ok) then(result.value)
    else {
      setOpen(null)
      setTrouble(troubleOf(result.problem, []))
    }
    await load()
  }

  const setUp = () =>
    run(
      () => send<TotpOffer>('POST', '/factors/totp'),
      (offer) => setOpen({ kind: 'setUp', offer }),
    )

  const confirm = async (code: string): Promise<Trouble<'code'> | null> => {
    const result = await act(() => send<{ recoveryCodes: string[] | null }>('POST', '/factors/totp/confirm', { code }))
    if (!result.ok) return troubleOf(result.problem, ['code'])
    const { recoveryCodes } = result.value
    setDone('on')
    setOpen(recoveryCodes && { kind: 'codes', codes: recoveryCodes })
    await load()
    return null
  }

  const remove = () =>
    run(
      () => send('DELETE', '/factors/totp'),
      () => {
        setOpen(null)
        setDone('removed')
        // The button that opened the dialog is gone with the app.
        setTimeout(() => heading.current?.focus())
      },
    )

  const renew = () =>
    run(
      () => send<{ recoveryCodes: string[] }>('POST', '/factors/recovery-codes'),
      ({ recoveryCodes }) => setOpen({ kind: 'codes', codes: recoveryCodes }),
    )

  const close = () => setOpen(null)
  return (
    <Section id="twoStep" title={say('twoStep.title')} text={say('twoStep.text')} headingRef={heading}>
      <TroubleSummary trouble={trouble} labels={{}} />
      <Live role="status">
        {done && (
          <Notice kind="done">
            <p>{say(`twoStep.${done}`)}</p>
          </Notice>
        )}
      </Live>
      {done && <EndOthers />}
      {problem && <Failed problem={problem} onRetry={load} />}
      {factors && (
        <FactorRows
          factors={factors}
          busy={busy && open === null}
          onSetUp={() => void setUp()}
          onRemove={() => setOpen({ kind: 'remove' })}
          onRenew={() => setOpen({ kind: 'renew' })}
        />
      )}
      {factors?.required && <p className={page.aside}>{say('twoStep.required')}</p>}

      <Dialog opened={open?.kind === 'setUp'} title={say('twoStep.setUpTitle')} onClose={close}>
        {open?.kind === 'setUp' && (
          <TotpSetup
            offer={open.offer}
            send={confirm}
            submit={say('twoStep.turnOn')}
            around={(submit) => (
              <DialogActs>
                <Button onClick={close}>{say('twoStep.keep')}</Button>
                {submit}
              </DialogActs>
            )}
          />
        )}
      </Dialog>
      {/* Not left by a slip: the codes are shown this once. */}
      <Dialog opened={open?.kind === 'codes'} title={say('recoveryCodes.title')} onClose={() => {}}>
        {open?.kind === 'codes' && <RecoveryCodes codes={open.codes} onKept={close} />}
      </Dialog>
      <Confirm
        opened={open?.kind === 'remove'}
        title={say('twoStep.confirmRemove')}
        cancel={say('twoStep.keep')}
        confirm={say('twoStep.removeIt')}
        busy={busy}
        busyText={say('twoStep.removing')}
        onCancel={close}
        onConfirm={() => void remove()}
      >
        <p>{say('twoStep.confirmRemoveText')}</p>
      </Confirm>
      <Confirm
        opened={open?.kind === 'renew'}
        title={say('twoStep.confirmRenew')}
        cancel={say('twoStep.keep')}
        confirm={say('twoStep.renewIt')}
        busy={busy}
        busyText={say('twoStep.renewing')}
        onCancel={close}
        onConfirm={() => void renew()}
      >
        <p>{say('twoStep.confirmRenewText')}</p>
      </Confirm>
    </Section>
  )
}
