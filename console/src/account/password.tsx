import { useMessages } from '../messages/i18n.ts'
import { ChangePassword } from './change-password.tsx'
import { FirstPassword } from './first-password.tsx'
import { Section } from './section.tsx'
import { useFactors } from './use-factors.ts'

type Props = { readonly email: string; readonly onChange: () => Promise<void> }

/** Of whoever has one; who has none may choose one. While it is not known, the first is by far the likelier. */
export function Password({ email, onChange }: Props) {
  const { say } = useMessages()
  const { factors } = useFactors()
  const hasNone = factors?.hasPassword === false
  return (
    <Section id="password" title={say('password.title')} text={say(hasNone ? 'password.textNone' : 'password.text')}>
      {hasNone ? <FirstPassword email={email} /> : <ChangePassword email={email} onChange={onChange} />}
    </Section>
  )
}
