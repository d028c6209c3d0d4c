// One labelled input, its hint and its error tied to it. Plain elements: the kit's input would be a tenth of the first page.
import type { ReactNode } from 'react'
import styles from './field.module.css'

export type FieldProps = {
  readonly name: string
  readonly label: ReactNode
  readonly hint?: string
  readonly error?: string | undefined
  /** A control inside the input's frame, at its end. */
  readonly aside?: ReactNode
  readonly type?: 'text' | 'email' | 'password'
  /** `webauthn`: the browser offers passkeys among what it fills in. */
  readonly autoComplete:
    | 'name'
    | 'email'
    | 'username'
    | 'username webauthn'
    | 'current-password'
    | 'new-password'
    | 'one-time-code'
    | 'off'
  readonly required?: boolean
  /** Where the keyboard is when a dialog opens. */
  readonly 'data-autofocus'?: boolean
  readonly inputMode?: 'numeric' | 'text'
  readonly defaultValue?: string
  readonly autoCapitalize?: 'none'
  readonly spellCheck?: false
}

/** @param props.name of the field in its form; also the input's id, so a page has one field of that name */
export function Field({ name, label, hint, error, aside, ...input }: FieldProps) {
  const hintId = `${name}-hint`
  const errorId = `${name}-error`
  const described = [error && errorId, hint && hintId].filter(Boolean).join(' ')
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={name}>
        {label}
      </label>
      {hint && (
        <p className={styles.hint} id={hintId}>
          {hint}
        </p>
      )}
      <div className={styles.frame}>
        <input
          {...input}
          className={styles.input}
          id={name}
          name={name}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
        />
        {aside}
      </div>
      {error && (
        <p className={styles.error} id={errorId}>
          {error}
        </p>
      )}
    </div>
  )
}
