import type { ReactNode } from 'react'
import styles from './button.module.css'

type Props = {
  readonly kind?: 'main' | 'quiet'
  readonly href: string
  readonly children: ReactNode
}

/** A link that looks like a button: it leads to another page. */
export function ButtonLink({ kind = 'quiet', href, children }: Props) {
  return (
    <a className={styles.button} data-kind={kind} href={href}>
      {children}
    </a>
  )
}
