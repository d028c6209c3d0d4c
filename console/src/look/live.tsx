import type { ReactNode } from 'react'
import styles from './live.module.css'

/**
 * A region whose new content is read out. It is always there: one that arrives together with its text is not read by every
 * screen reader. Empty, it takes no room.
 * @param props.role `alert` for trouble (read at once), `status` for the rest (read when the reader pauses)
 */
export function Live({ role, children }: { role: 'alert' | 'status'; children: ReactNode }) {
  return (
    <div role={role} className={styles.live}>
      {children}
    </div>
  )
}
