// A password input that can be read while typing. Paste and password managers work as in any input (S-9), and it has no
// `maxlength`: browsers would cut a long password off without a word (S-4).
import { useState } from 'react'
import { useMessages } from '../messages/i18n.ts'
import { Field, type FieldProps } from './field.tsx'
import styles from './password-field.module.css'

type Props = Omit<FieldProps, 'type' | 'aside' | 'autoComplete'> & {
  readonly label: string
  readonly autoComplete: 'current-password' | 'new-password'
}

export function PasswordField(props: Props) {
  const { say } = useMessages()
  const [shown, setShown] = useState(false)
  return (
    <Field
      {...props}
      required
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      spellCheck={false}
      aside={
        <button
          type="button"
          className={styles.toggle}
          aria-controls={props.name}
          aria-label={say(shown ? 'field.hideThis' : 'field.showThis', { field: props.label })}
          onClick={() => setShown(!shown)}
        >
          {say(shown ? 'field.hide' : 'field.show')}
        </button>
      }
    />
  )
}
