import type { Factor, SessionStarted } from '@vigile/contract'
import { useEffect, useState } from 'react'
import { client } from '../client.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { settings } from '../settings.ts'
import { CodeForm } from './code-form.tsx'

type Method = 'totp' | 'recovery_code'

type Props = {
  readonly factors: readonly Factor[]
  readonly onEntered: (started: SessionStarted) => void
  /** The sign-in that waited is over. */
  readonly onOver: () => void
}

export function ByCode({ factors, onEntered, onOver }: Props) {
  const { say } = useMessages()
  const methods = (['totp', 'recovery_code'] as const).filter((method) => factors.includes(method))
  const [chosen, setChosen] = useState<Method | undefined>(methods[0])
  // What the reader came for, and nothing else is asked here.
  useEffect(() => {
    if (chosen) document.getElementById('code')?.focus()
  }, [chosen])

  const send = async (method: Method, code: string): Promise<Trouble<'code'> | null> => {
    const result = await client.enter<SessionStarted>('/second-factor', { method, code })
    if (result.ok) {
      onEntered(result.value)
      return new Promise(() => {}) // Still busy until the next page is here, or the dialog is gone.
    }
    if (result.problem.code !== 'unauthenticated') return troubleOf(result.problem, ['code'], { invalid_code: 'code' })
    onOver()
    return null
  }

  if (!chosen)
    return (
      <Notice kind="care">
        <p>{say('secondFactor.elsewhere')}</p>
      </Notice>
    )
  const isApp = chosen === 'totp'
  const other = methods.find((method) => method !== chosen)
  return (
    <>
      <p>{isApp ? say('secondFactor.totp', { name: settings.name }) : say('secondFactor.recovery')}</p>
      <CodeForm
        key={chosen}
        kind={chosen}
        label={say(isApp ? 'secondFactor.code' : 'secondFactor.recoveryCode')}
        submit={say('secondFactor.submit')}
        busyText={say('secondFactor.busy')}
        send={(code) => send(chosen, code)}
      />
      {other && (
        <p className={styles.other}>
          <button type="button" className={styles.link} onClick={() => setChosen(other)}>
            {say(isApp ? 'secondFactor.useRecovery' : 'secondFactor.useApp')}
          </button>
        </p>
      )}
    </>
  )
}
