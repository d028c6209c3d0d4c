import { useRef, useState } from 'react'
import { client } from '../client.ts'
import { passwordLength } from '../forms/new-password.ts'
import { PasswordField } from '../forms/password-field.tsx'
import { fieldTrouble, type Trouble, troubleOf, type Wording, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm, type Values } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { settings } from '../settings.ts'
import { useAct } from './recent-sign-in.tsx'

const fields = ['currentPassword', 'newPassword'] as const
type Name = (typeof fields)[number]
const minimum = { count: settings.passwordMinimum }

function check({ currentPassword, newPassword }: Values<Name>): Trouble<Name> | null {
  const found: Partial<Record<Name, Wording>> = {}
  if (!currentPassword) found.currentPassword = (say) => say('missing.currentPassword')
  if (!newPassword) found.newPassword = (say) => say('missing.newPassword')
  else if (passwordLength(newPassword) < minimum.count) found.newPassword = (say) => say('missing.longer', minimum)
  return Object.keys(found).length > 0 ? fieldTrouble(found) : null
}

/** @param props.email tells password managers whose password it is */
export function ChangePassword({ email, onChange }: { email: string; onChange: () => Promise<void> }) {
  const { say } = useMessages()
  const act = useAct()
  const form = useRef<HTMLFormElement>(null)
  const [done, setDone] = useState(false)

  const send = async (values: Values<Name>): Promise<Trouble<Name> | null> => {
    setDone(false)
    const result = await act(() => client.changePassword(values), values.currentPassword)
    if (!result.ok) {
      return result.problem.code === 'invalid_credentials'
        ? fieldTrouble({ currentPassword: (say) => say('missing.wrongPassword') })
        : troubleOf(result.problem, fields)
    }
    form.current?.reset()
    setDone(true)
    await onChange()
    return null
  }

  const { busy, trouble, ...events } = useForm<Name>({ fields, check, send })
  const labels = { currentPassword: say('field.currentPassword'), newPassword: say('field.newPassword') }
  const error = (name: Name) => trouble?.fields[name] && worded(trouble.fields[name], say)
  return (
    <form className={styles.form} method="post" noValidate ref={form} aria-busy={busy} {...events}>
      <TroubleSummary trouble={trouble} labels={labels} />
      <input type="text" name="username" autoComplete="username" defaultValue={email} hidden readOnly />
      <PasswordField
        name="currentPassword"
        label={labels.currentPassword}
        autoComplete="current-password"
        error={error('currentPassword')}
      />
      <PasswordField
        name="newPassword"
        label={labels.newPassword}
        hint={say('field.passwordHint', minimum)}
        autoComplete="new-password"
        error={error('newPassword')}
      />
      <div>
        <Button kind="main" type="submit" busy={busy} busyText={say('password.busy')}>
          {say('password.submit')}
        </Button>
      </div>
      <Live role="status">
        {done && (
          <Notice kind="done">
            <p>{say('password.done')}</p>
          </Notice>
        )}
      </Live>
    </form>
  )
}
