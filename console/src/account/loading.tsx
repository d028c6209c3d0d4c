import { useMessages } from '../messages/i18n.ts'
import styles from './loading.module.css'

/** The outline of what is coming. */
export function Loading() {
  const { say } = useMessages()
  return (
    <div className={styles.loading} role="status">
      <span className="unseen">{say('account.loading')}</span>
      {['a', 'b', 'c'].map((key) => (
        <div key={key} className={styles.section} aria-hidden="true">
          <span className={styles.title} />
          <span className={styles.line} />
          <span className={styles.line} />
        </div>
      ))}
    </div>
  )
}
