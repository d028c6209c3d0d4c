// Asks before something that cannot be taken back.
import '@mantine/core/styles/default-css-variables.layer.css'
import '@mantine/core/styles/UnstyledButton.layer.css'
import '@mantine/core/styles/CloseButton.layer.css'
import '@mantine/core/styles/Paper.layer.css'
import '@mantine/core/styles/Overlay.layer.css'
import '@mantine/core/styles/ModalBase.layer.css'
import '@mantine/core/styles/Modal.layer.css'
import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import styles from './confirm.module.css'

type Props = {
  readonly opened: boolean
  readonly title: string
  readonly cancel: string
  readonly confirm: string
  readonly busy: boolean
  readonly busyText: string
  readonly onCancel: () => void
  readonly onConfirm: () => void
  readonly children: ReactNode
}

export function Confirm({ opened, title, cancel, confirm, busy, busyText, onCancel, onConfirm, children }: Props) {
  return (
    // Put together by hand: the ready-made one has a <header>, which screen readers take for the page's.
    <Modal.Root
      opened={opened}
      onClose={() => !busy && onCancel()}
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
          <div className={styles.acts}>
            <Button onClick={onCancel} data-autofocus>
              {cancel}
            </Button>
            <Button kind="danger" busy={busy} busyText={busyText} onClick={onConfirm}>
              {confirm}
            </Button>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
