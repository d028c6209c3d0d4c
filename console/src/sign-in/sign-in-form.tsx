import { client } from '../client.ts'
import { looksLikeEmail } from '../forms/email-shape.ts'
import { Field } from '../forms/field.tsx'
import { PasswordField } from '../forms/password-field.tsx'
import { fieldTrouble, type Trouble, troubleOf, type Wording, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm, type Values } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import styles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { goOnFrom } from './go-on-from.ts'

const fields = ['email', 'password'] as const
type Name = (typeof fields)[number]

function check({ email, password }: Values<Name>): Trouble<Name> | null {
  const found: Partial<Record<Name, Wording>> = {}
  if (!email) found.email = (say) => say('missing.email')
  else if (!looksLikeEmail(email)) found.email = (say) => say('missing.emailShape')
  if (!password) found.password = (say) => say('missing.password')
  return Object.keys(found).length > 0 ? fieldTrouble(found) : null
}

type Props = {
  /** Who is to sign in again, if that is known. */
  email: string
  /** The token of the link that proves the address. */
  verification?: string
  onLinkExpired?: () => void
}

export function SignInForm({ email, verification, onLinkExpired }: Props) {
  const { say } = useMessages()
  const send = async (values: Values<Name>): Promise<Trouble<Name> | null> => {
    const result = await client.signIn({ ...values, ...(verification && { verification }) })
    if (result.ok) {
      goOnFrom(result.value)
      return new Promise(() => {}) // Still busy until the next page is here.
    }
    if (result.problem.code !== 'link_expired') return troubleOf(result.problem, fields)
    onLinkExpired?.()
    return null
  }
  const { busy, trouble, ...events } = useForm<Name>({ fields, check, send })
  const labels = { email: say('field.email'), password: say('field.password') }
  const error = (name: Name) => trouble?.fields[name] && worded(trouble.fields[name], say)
  return (
    <form className={styles.form} method="post" noValidate aria-busy={busy} {...events}>
      <TroubleSummary trouble={trouble} labels={labels} />
      <Field
        name="email"
        type="email"
        label={labels.email}
        autoComplete="username webauthn"
        required
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={email}
        error={error('email')}
      />
      <PasswordField
        name="password"
        label={labels.password}
        autoComplete="current-password"
        error={error('password')}
      />
      <Button kind="main" type="submit" busy={busy} busyText={say('signIn.busy')}>
        {say('signIn.submit')}
      </Button>
    </form>
  )
}
