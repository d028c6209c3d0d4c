// Asks before something that cannot be taken back.
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog, DialogActs } from './dialog.tsx'

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
    <Dialog opened={opened} title={title} onClose={() => !busy && onCancel()}>
      {children}
      <DialogActs>
        <Button onClick={onCancel} data-autofocus>
          {cancel}
        </Button>
        <Button kind="danger" busy={busy} busyText={busyText} onClick={onConfirm}>
          {confirm}
        </Button>
      </DialogActs>
    </Dialog>
  )
}
