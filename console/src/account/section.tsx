import type { ReactNode, Ref } from 'react'
import styles from './section.module.css'

type Props = {
  readonly id: string
  readonly title: string
  readonly text: string
  /** The heading, where the focus goes when the thing that had it is gone. */
  readonly headingRef?: Ref<HTMLHeadingElement>
  readonly children: ReactNode
}

export function Section({ id, title, text, headingRef, children }: Props) {
  return (
    <section id={id} className={styles.section} aria-labelledby={`${id}-title`}>
      <div className={styles.about}>
        <h2 id={`${id}-title`} className={styles.title} ref={headingRef} tabIndex={-1}>
          {title}
        </h2>
        <p className={styles.text}>{text}</p>
      </div>
      <div className={styles.matter}>{children}</div>
    </section>
  )
}
