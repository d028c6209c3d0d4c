// A window over the page, for a question that comes first.
import '@mantine/core/styles/default-css-variables.layer.css'
import '@mantine/core/styles/UnstyledButton.layer.css'
import '@mantine/core/styles/CloseButton.layer.css'
import '@mantine/core/styles/Paper.layer.css'
import '@mantine/core/styles/Overlay.layer.css'
import '@mantine/core/styles/ModalBase.layer.css'
import '@mantine/core/styles/Modal.layer.css'
import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './dialog.module.css'

type Props = {
  readonly opened: boolean
  readonly title: string
  /** The reader wants to leave it: by Escape, or by a click beside it. */
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Dialog({ opened, title, onClose, children }: Props) {
  return (
    // Put together by hand: the ready-made one has a <header>, which screen readers take for the page's.
    <Modal.Root
      opened={opened}
      onClose={onClose}
      centered
      size="27rem"
      transitionProps={{ duration: 120, transition: 'fade' }}
      classNames={{
        overlay: styles.veil ?? '',
        content: styles.content ?? '',
        body: styles.body ?? '',
        title: styles.title ?? '',
      }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <Modal.Title>{title}</Modal.Title>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** The buttons at its end. */
export function DialogActs({ children }: { children: ReactNode }) {
  return <div className={styles.acts}>{children}</div>
}
