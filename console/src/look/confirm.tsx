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
    <Modal
      opened={opened}
      onClose={() => !busy && onCancel()}
      title={title}
      withCloseButton={false}
      centered
      size="27rem"
      transitionProps={{ duration: 120, transition: 'fade' }}
      overlayProps={{ className: styles.veil ?? '' }}
      classNames={{
        content: styles.content ?? '',
        header: styles.header ?? '',
        title: styles.title ?? '',
        body: styles.body ?? '',
      }}
    >
      {children}
      <div className={styles.acts}>
        <Button onClick={onCancel} data-autofocus>
          {cancel}
        </Button>
        <Button kind="danger" busy={busy} busyText={busyText} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Modal>
  )
}
