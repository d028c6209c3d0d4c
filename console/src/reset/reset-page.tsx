import { useState } from 'react'
import { AskForLink } from '../forgot/forgot-page.tsx'
import { passwordLength } from '../forms/new-password.ts'
import { PasswordField } from '../forms/password-field.tsx'
import { post } from '../forms/send.ts'
import { fieldTrouble, type Trouble, troubleOf, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm, type Values } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { linkToken } from '../navigation/link-token.ts'
import { signInHref } from '../navigation/routes.ts'
import { settings } from '../settings.ts'

const fields = ['password'] as const
type Name = (typeof fields)[number]
const minimum = { count: settings.passwordMinimum }

function check({ password }: Values<Name>): Trouble<Name> | null {
  if (!password) return fieldTrouble({ password: (say) => say('missing.newPassword') })
  if (passwordLength(password) >= minimum.count) return null
  return fieldTrouble({ password: (say) => say('missing.longer', minimum) })
}

function ResetForm({ onDone, onExpired }: { onDone(): void; onExpired(): void }) {
  const { say } = useMessages()
  const send = async ({ password }: Values<Name>): Promise<Trouble<Name> | null> => {
    const problem = await post('/password/reset', { token: linkToken, password })
    if (problem === null) onDone()
    else if (problem.code === 'link_expired') onExpired()
    else return troubleOf(problem, fields)
    return null
  }
  const { busy, trouble, ...events } = useForm<Name>({ fields, check, send })
  const label = say('field.newPassword')
  return (
    <form className={styles.form} method="post" noValidate aria-busy={busy} {...events}>
      <TroubleSummary trouble={trouble} labels={{ password: label }} />
      <PasswordField
        name="password"
        label={label}
        hint={say('field.passwordHint', minimum)}
        autoComplete="new-password"
        error={trouble?.fields.password && worded(trouble.fields.password, say)}
      />
      <Button kind="main" type="submit" busy={busy} busyText={say('password.busy')}>
        {say('password.submit')}
      </Button>
    </form>
  )
}

/** Behind the link of a letter. Opening it uses nothing up: only the form does (ACC-4). */
export function ResetPage() {
  const { say } = useMessages()
  const [state, setState] = useState<'asking' | 'done' | 'expired'>(linkToken ? 'asking' : 'expired')
  return (
    <SignedOutFrame title={say('reset.heading')}>
      {state === 'expired' ? (
        <div className={styles.stack}>
          <Notice kind="care">
            <p>{say('reset.expired')}</p>
          </Notice>
          <AskForLink what="forgot" />
        </div>
      ) : (
        <div className={styles.stack}>
          <h1 className={styles.heading}>{say(state === 'done' ? 'reset.done' : 'reset.heading')}</h1>
          <p>{say(state === 'done' ? 'reset.doneText' : 'reset.text')}</p>
          {state === 'asking' && <ResetForm onDone={() => setState('done')} onExpired={() => setState('expired')} />}
          {state === 'done' && (
            <p>
              <a href={signInHref}>{say('signUp.toSignIn')}</a>
            </p>
          )}
        </div>
      )}
    </SignedOutFrame>
  )
}
