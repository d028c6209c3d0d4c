import type { ReactNode } from 'react'
import styles from './field.module.css'

type Props = {
  /** Also its id, so a page has one field of that name. */
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly defaultValue: string
  /** The options. */
  readonly children: ReactNode
}

/** A labelled choice of one thing among few. */
export function SelectField({ name, label, hint, defaultValue, children }: Props) {
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={name}>
        {label}
      </label>
      <p className={styles.hint} id={`${name}-hint`}>
        {hint}
      </p>
      <div className={styles.frame}>
        <select
          className={styles.input}
          id={name}
          name={name}
          defaultValue={defaultValue}
          aria-describedby={`${name}-hint`}
        >
          {children}
        </select>
      </div>
    </div>
  )
}
