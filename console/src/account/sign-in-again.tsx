import type { Factor } from '@vigile/contract'
import { client } from '../client.ts'
import { PasswordField } from '../forms/password-field.tsx'
import { fieldTrouble, type Trouble, troubleOf, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm, type Values } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import { Dialog, DialogActs } from '../look/dialog.tsx'
import styles from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { signInAgainHref } from '../navigation/routes.ts'
import { Ways } from '../second-factor/ways.tsx'
import { PasskeyAgain } from './passkey-again.tsx'
import { ProviderAgain } from './provider-again.tsx'
import { useFactors } from './use-factors.ts'

const fields = ['passwordAgain'] as const
type Name = (typeof fields)[number]

type Props = {
  readonly email: string
  readonly onSignedIn: () => void
  /** The password was right; these can prove the rest. */
  readonly onSecondFactor: (factors: readonly Factor[]) => void
  readonly onCancel: () => void
}

/** For whoever has no password: the ways that they do have. */
function WithoutPassword({ onSignedIn, onCancel }: Props) {
  const { say } = useMessages()
  return (
    <div className={styles.form}>
      <p>{say('signInAgain.textWithoutPassword')}</p>
      <PasskeyAgain onSignedIn={onSignedIn} />
      <ProviderAgain />
      <p className={styles.other}>
        <a href={signInAgainHref}>{say('signInAgain.otherWay')}</a>
      </p>
      <DialogActs>
        <Button onClick={onCancel}>{say('sessions.keep')}</Button>
      </DialogActs>
    </div>
  )
}

function WithPassword({ email, onSignedIn, onSecondFactor, onCancel }: Props) {
  const { say } = useMessages()
  const { busy, trouble, ...events } = useForm<Name>({
    fields,
    check: ({ passwordAgain }: Values<Name>) =>
      passwordAgain ? null : fieldTrouble({ passwordAgain: (say) => say('missing.password') }),
    send: async ({ passwordAgain }): Promise<Trouble<Name> | null> => {
      const result = await client.signIn({ email, password: passwordAgain })
      if (!result.ok) {
        return result.problem.code === 'invalid_credentials'
          ? fieldTrouble({ passwordAgain: (say) => say('missing.wrongPassword') })
          : troubleOf(result.problem, fields)
      }
      if (!('next' in result.value)) onSignedIn()
      else if (result.value.next === 'second_factor') onSecondFactor(result.value.factors)
      return null
    },
  })
  const label = say('field.password')
  const error = trouble?.fields.passwordAgain
  return (
    <form className={styles.form} method="post" noValidate aria-busy={busy} {...events}>
      <p>{say('signInAgain.text')}</p>
      <TroubleSummary trouble={trouble} labels={{ passwordAgain: label }} />
      <input type="text" name="username" autoComplete="username" defaultValue={email} hidden readOnly />
      <PasswordField
        name="passwordAgain"
        label={label}
        autoComplete="current-password"
        data-autofocus
        error={error && worded(error, say)}
      />
      <PasskeyAgain onSignedIn={onSignedIn} />
      <ProviderAgain />
      <p className={styles.other}>
        <a href={signInAgainHref}>{say('signInAgain.otherWay')}</a>
      </p>
      <DialogActs>
        <Button onClick={onCancel}>{say('sessions.keep')}</Button>
        <Button kind="main" type="submit" busy={busy} busyText={say('signIn.busy')}>
          {say('signInAgain.submit')}
        </Button>
      </DialogActs>
    </form>
  )
}

/** What the dialog is at: nothing, the first factor, or what can prove the second. */
export type Step = 'closed' | 'first' | readonly Factor[]

/** Asks who sits here, before an act that matters. */
export function SignInAgain({ step, onFirstFactor, ...rest }: Props & { step: Step; onFirstFactor: () => void }) {
  const { say } = useMessages()
  const { factors } = useFactors()
  const isSecond = typeof step !== 'string'
  const First = factors?.hasPassword === false ? WithoutPassword : WithPassword
  return (
    <Dialog opened={step !== 'closed'} title={say('signInAgain.title')} onClose={rest.onCancel}>
      {isSecond ? (
        <>
          <Ways factors={step} onEntered={rest.onSignedIn} onOver={onFirstFactor} />
          <DialogActs>
            <Button onClick={rest.onCancel}>{say('sessions.keep')}</Button>
          </DialogActs>
        </>
      ) : (
        <First {...rest} />
      )}
    </Dialog>
  )
}
