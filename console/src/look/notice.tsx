// A message set apart: a note, a warning, something done, or something that failed.
import type { ReactNode } from 'react'
import { DoneIcon, NoteIcon, WarningIcon } from './icons.tsx'
import styles from './notice.module.css'

export type Kind = 'note' | 'care' | 'done' | 'trouble'

const icons = { note: NoteIcon, care: WarningIcon, done: DoneIcon, trouble: WarningIcon }

export function Notice({ kind, children }: { kind: Kind; children: ReactNode }) {
  const Icon = icons[kind]
  return (
    <div className={styles.notice} data-kind={kind}>
      <Icon />
      <div className={styles.text}>{children}</div>
    </div>
  )
}
