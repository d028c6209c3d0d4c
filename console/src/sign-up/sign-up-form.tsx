import { client } from '../client.ts'
import { looksLikeEmail } from '../forms/email-shape.ts'
import { Field } from '../forms/field.tsx'
import { passwordLength } from '../forms/new-password.ts'
import { PasswordField } from '../forms/password-field.tsx'
import { fieldTrouble, type Trouble, troubleOf, type Wording, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm, type Values } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import styles from '../look/page.module.css'
import { currentLocale, useMessages } from '../messages/i18n.ts'
import { goOn, goOnToSecondFactor } from '../navigation/routes.ts'
import { settings } from '../settings.ts'

const fields = ['name', 'email', 'password'] as const
type Name = (typeof fields)[number]
const minimum = { count: settings.passwordMinimum }

function check({ email, password }: Values<Name>): Trouble<Name> | null {
  const found: Partial<Record<Name, Wording>> = {}
  if (!email) found.email = (say) => say('missing.email')
  else if (!looksLikeEmail(email)) found.email = (say) => say('missing.emailShape')
  if (!password) found.password = (say) => say('missing.newPassword')
  else if (passwordLength(password) < minimum.count) found.password = (say) => say('missing.longer', minimum)
  return Object.keys(found).length > 0 ? fieldTrouble(found) : null
}

/** @param props.onMailSent called where the account waits for its address to be verified */
export function SignUpForm({ onMailSent }: { onMailSent(email: string): void }) {
  const { say } = useMessages()

  const send = async (values: Values<Name>): Promise<Trouble<Name> | null> => {
    const { email, password } = values
    const name = values.name.trim()
    const result = await client.signUp({ email, password, locale: currentLocale(), ...(name && { name }) })
    if (!result.ok) return troubleOf(result.problem, fields, { email_taken: 'email' })
    if ('status' in result.value) {
      onMailSent(email)
      return null
    }
    'next' in result.value ? goOnToSecondFactor() : goOn()
    return new Promise(() => {}) // Still busy until the next page is here.
  }

  const { busy, trouble, ...events } = useForm<Name>({ fields, check, send })
  const labels = { name: say('field.name'), email: say('field.email'), password: say('field.password') }
  const error = (name: Name) => trouble?.fields[name] && worded(trouble.fields[name], say)
  return (
    <form className={styles.form} method="post" noValidate aria-busy={busy} {...events}>
      <TroubleSummary trouble={trouble} labels={labels} />
      <Field
        name="name"
        label={
          <>
            {labels.name} <span className={styles.optional}>({say('field.optional')})</span>
          </>
        }
        autoComplete="name"
        error={error('name')}
      />
      <Field
        name="email"
        type="email"
        label={labels.email}
        autoComplete="email"
        required
        autoCapitalize="none"
        spellCheck={false}
        error={error('email')}
      />
      <PasswordField
        name="password"
        label={labels.password}
        hint={say('field.passwordHint', minimum)}
        autoComplete="new-password"
        error={error('password')}
      />
      <Button kind="main" type="submit" busy={busy} busyText={say('signUp.busy')}>
        {say('signUp.submit')}
      </Button>
    </form>
  )
}
