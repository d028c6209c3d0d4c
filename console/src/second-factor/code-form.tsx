import type { ReactNode } from 'react'
import { Field } from '../forms/field.tsx'
import { fieldTrouble, type Trouble, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import styles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { digitsOf } from './digits-of.ts'

type Props = {
  readonly kind: 'totp' | 'recovery_code'
  readonly label: string
  readonly hint?: string
  readonly submit: string
  readonly busyText: string
  readonly send: (code: string) => Promise<Trouble<'code'> | null>
  /** What the button that sends stands among. */
  readonly around?: (submit: ReactNode) => ReactNode
}

/** One code to type, or to have filled in by the browser. */
export function CodeForm({ kind, label, hint, submit, busyText, send, around }: Props) {
  const { say } = useMessages()
  const { busy, trouble, ...events } = useForm<'code'>({
    fields: ['code'],
    check: ({ code }) => {
      if (kind === 'totp') return digitsOf(code) ? null : fieldTrouble({ code: (say) => say('missing.code') })
      return code.trim() ? null : fieldTrouble({ code: (say) => say('missing.recoveryCode') })
    },
    send: ({ code }) => send(kind === 'totp' ? (digitsOf(code) ?? '') : code.trim()),
  })
  const error = trouble?.fields.code
  const button = (
    <Button kind="main" type="submit" busy={busy} busyText={busyText}>
      {submit}
    </Button>
  )
  return (
    <form className={styles.form} method="post" noValidate aria-busy={busy} {...events}>
      {/* One field: what is wrong with it stands at it, and the keyboard is there. */}
      <TroubleSummary trouble={trouble?.notice ? trouble : null} labels={{ code: label }} />
      <Field
        key={kind}
        name="code"
        label={label}
        {...(hint && { hint })}
        autoComplete={kind === 'totp' ? 'one-time-code' : 'off'}
        inputMode={kind === 'totp' ? 'numeric' : 'text'}
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        error={error && worded(error, say)}
      />
      {around ? around(button) : button}
    </form>
  )
}
