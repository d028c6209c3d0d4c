import { useState } from 'react'
import { looksLikeEmail } from '../forms/email-shape.ts'
import { Field } from '../forms/field.tsx'
import { post } from '../forms/send.ts'
import { fieldTrouble, type Trouble, troubleOf, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm, type Values } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { keepWayBack, signInHref } from '../navigation/routes.ts'
import { CheckMail } from '../sign-up/check-mail.tsx'

const fields = ['email'] as const
type Name = (typeof fields)[number]

function check({ email }: Values<Name>): Trouble<Name> | null {
  if (!email) return fieldTrouble({ email: (say) => say('missing.email') })
  return looksLikeEmail(email) ? null : fieldTrouble({ email: (say) => say('missing.emailShape') })
}

/** @param props.path what is asked for: a link to choose a new password, or to prove the address once more */
function AskForm({ path, submit, onSent }: { path: string; submit: string; onSent(email: string): void }) {
  const { say } = useMessages()
  const send = async ({ email }: Values<Name>): Promise<Trouble<Name> | null> => {
    const problem = await post(path, { email })
    if (problem) return troubleOf(problem, fields)
    onSent(email)
    return null
  }
  const { busy, trouble, ...events } = useForm<Name>({ fields, check, send })
  return (
    <form className={styles.form} method="post" noValidate aria-busy={busy} {...events}>
      <TroubleSummary trouble={trouble} labels={{ email: say('field.email') }} />
      <Field
        name="email"
        type="email"
        label={say('field.email')}
        autoComplete="email"
        required
        autoCapitalize="none"
        spellCheck={false}
        error={trouble?.fields.email && worded(trouble.fields.email, say)}
      />
      <Button kind="main" type="submit" busy={busy} busyText={say('forgot.busy')}>
        {submit}
      </Button>
    </form>
  )
}

const requests = {
  forgot: '/password/forgot',
  verifyAgain: '/email/verify/request',
  magicLink: '/magic-link',
} as const

/** Asks for a link by mail. What it says is the same for addresses with and without an account (ACC-3). */
export function AskForLink({ what }: { what: keyof typeof requests }) {
  const { say } = useMessages()
  const [mailedTo, setMailedTo] = useState<string | null>(null)
  const sent = (email: string) => {
    if (what === 'magicLink') keepWayBack()
    setMailedTo(email)
  }
  if (mailedTo !== null)
    return (
      <CheckMail
        email={mailedTo}
        text={what === 'magicLink' ? 'magicLink.sentText' : 'forgot.sentText'}
        onStartAgain={() => setMailedTo(null)}
      />
    )
  return (
    <div className={styles.stack}>
      <h1 className={styles.heading}>{say(`${what}.heading`)}</h1>
      <p>{say(`${what}.text`)}</p>
      <AskForm path={requests[what]} submit={say('forgot.submit')} onSent={sent} />
      <p className={styles.other}>
        <a href={signInHref}>{say('forgot.back')}</a>
      </p>
    </div>
  )
}

export function ForgotPage() {
  const { say } = useMessages()
  return (
    <SignedOutFrame title={say('forgot.heading')}>
      <AskForLink what="forgot" />
    </SignedOutFrame>
  )
}
