import type { NetworkProblem } from '@vigile/client'
import type { Problem, User } from '@vigile/contract'
import { useRef, useState } from 'react'
import { looksLikeEmail } from '../forms/email-shape.ts'
import { Field } from '../forms/field.tsx'
import { send } from '../forms/send.ts'
import { fieldTrouble, type Trouble, troubleOf, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm, type Values } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { settings } from '../settings.ts'
import styles from './email.module.css'
import { useAct } from './recent-sign-in.tsx'
import { Section } from './section.tsx'

// Not `email`: that is the section's own id.
const fields = ['newEmail'] as const
type Name = (typeof fields)[number]

function check({ newEmail }: Values<Name>): Trouble<Name> | null {
  if (!newEmail) return fieldTrouble({ newEmail: (say) => say('missing.email') })
  return looksLikeEmail(newEmail) ? null : fieldTrouble({ newEmail: (say) => say('missing.emailShape') })
}

/** What the server says of `email` belongs to the form's one field. */
const named = <P extends Problem | NetworkProblem>(problem: P): P =>
  'errors' in problem
    ? { ...problem, errors: problem.errors?.map((error) => ({ ...error, path: 'newEmail' })) }
    : problem

/** Asks for another address. What it says is the same for one that has an account (S-13). */
function ChangeEmail() {
  const { say } = useMessages()
  const act = useAct()
  const form = useRef<HTMLFormElement>(null)
  const [mailedTo, setMailedTo] = useState<string | null>(null)
  const ask = async ({ newEmail }: Values<Name>): Promise<Trouble<Name> | null> => {
    setMailedTo(null)
    const result = await act(() => send('POST', '/email/change', { email: newEmail }))
    if (!result.ok) return troubleOf(named(result.problem), fields)
    form.current?.reset()
    setMailedTo(newEmail)
    return null
  }
  const { busy, trouble, ...events } = useForm<Name>({ fields, check, send: ask })
  const label = say('email.new')
  return (
    <form className={page.form} method="post" noValidate ref={form} aria-busy={busy} {...events}>
      <TroubleSummary trouble={trouble} labels={{ newEmail: label }} />
      <Field
        name="newEmail"
        type="email"
        label={label}
        hint={say('email.hint')}
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        error={trouble?.fields.newEmail && worded(trouble.fields.newEmail, say)}
      />
      <div>
        <Button kind="main" type="submit" busy={busy} busyText={say('forgot.busy')}>
          {say('email.submit')}
        </Button>
      </div>
      <Live role="status">
        {mailedTo !== null && (
          <Notice kind="done">
            <p>{say('email.sent', { email: mailedTo })}</p>
          </Notice>
        )}
      </Live>
    </form>
  )
}

/** The address that letters go to. */
export function Email({ user }: { user: User }) {
  const { say } = useMessages()
  return (
    <Section id="email" title={say('email.title')} text={say('email.text')}>
      <p className={styles.address}>
        {user.email}{' '}
        <span className={styles.state}>{say(user.emailVerified ? 'email.verified' : 'email.unverified')}</span>
      </p>
      {settings.mail && <ChangeEmail />}
    </Section>
  )
}
