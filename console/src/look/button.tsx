import type { ReactNode } from 'react'
import styles from './button.module.css'

type Props = {
  readonly kind?: 'main' | 'quiet' | 'danger'
  /** At work: the button keeps its focus, says so, and does nothing when pressed again. */
  readonly busy?: boolean
  readonly busyText?: string
  readonly type?: 'button' | 'submit'
  readonly 'aria-label'?: string
  readonly 'data-autofocus'?: boolean
  readonly onClick?: () => void
  readonly children: ReactNode
}

export function Button({ kind = 'quiet', busy = false, busyText, type = 'button', onClick, children, ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      className={styles.button}
      data-kind={kind}
      // Not `disabled`: that would drop the keyboard's focus in the middle of the act. A busy form refuses a second submit itself.
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : onClick}
    >
      {busy && <span className={styles.pulse} aria-hidden="true" />}
      {busy ? (busyText ?? children) : children}
    </button>
  )
}
