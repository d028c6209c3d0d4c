// The mark is a V that holds a light: the watchman and the lamp. With the other letters it is the wordmark.
import { settings } from '../settings.ts'
import styles from './brand.module.css'

const V = 'M1 5.4h5L12.2 19 18.4 5.4h5L13.6 26h-2.8Z'

function Wordmark() {
  return (
    <svg className={styles.wordmark} viewBox="0 0 81 34" role="img" aria-label="Vigile">
      <path d={V} fill="currentColor" />
      <circle cx="12.2" cy="6.6" r="3.1" className={styles.lamp} />
      <g fill="none" stroke="currentColor" strokeWidth="3.2">
        <path d="M28.4 11V26" />
        <circle cx="40.4" cy="18.4" r="6.1" />
        <path d="M46.5 11v14.8c0 3.9-2.6 6.2-6.3 6.2-2.5 0-4.4-.9-5.7-2.5" />
        <path d="M53.4 11V26" />
        <path d="M60.2 3.4V26" />
        <path d="M78.9 22.8a6.4 6.4 0 1 1 .8-4.4H66.4" />
      </g>
      <circle cx="28.4" cy="6.2" r="2.1" fill="currentColor" />
      <circle cx="53.4" cy="6.2" r="2.1" fill="currentColor" />
    </svg>
  )
}

function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 2 25 25" aria-hidden="true">
      <path d={V} fill="currentColor" />
      <circle cx="12.2" cy="6.6" r="3.1" className={styles.lamp} />
    </svg>
  )
}

/** The application's name: the wordmark when it is Vigile itself, else the mark and the name. */
export function Brand() {
  if (settings.name === 'Vigile') return <Wordmark />
  return (
    <span className={styles.brand}>
      <Mark />
      {settings.name}
    </span>
  )
}
