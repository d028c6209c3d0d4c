import type { Passkey } from '@vigile/contract'
import { Field } from '../forms/field.tsx'
import { send } from '../forms/send.ts'
import { fieldTrouble, troubleOf, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import { Dialog, DialogActs } from '../look/dialog.tsx'
import page from '../look/page.module.css'
import { useMessages } from '../messages/i18n.ts'
import { useAct } from './recent-sign-in.tsx'

const fields = ['passkeyName'] as const

type Props = {
  readonly passkey: Passkey
  readonly onNamed: (passkey: Passkey) => void
  readonly onCancel: () => void
}

function Form({ passkey, onNamed, onCancel }: Props) {
  const { say } = useMessages()
  const act = useAct()
  const { busy, trouble, ...events } = useForm<(typeof fields)[number]>({
    fields,
    check: ({ passkeyName }) =>
      passkeyName.trim() ? null : fieldTrouble({ passkeyName: (say) => say('missing.passkeyName') }),
    send: async ({ passkeyName }) => {
      const path = `/factors/passkeys/${passkey.id}`
      const result = await act(() => send<Passkey>('PATCH', path, { name: passkeyName.trim() }))
      if (result.ok) onNamed(result.value)
      return result.ok ? null : troubleOf(result.problem, fields)
    },
  })
  const label = say('passkeys.name')
  const error = trouble?.fields.passkeyName
  return (
    <form className={page.form} method="post" noValidate aria-busy={busy} {...events}>
      <TroubleSummary trouble={trouble} labels={{ passkeyName: label }} />
      <Field
        name="passkeyName"
        label={label}
        hint={say('passkeys.nameHint')}
        autoComplete="off"
        defaultValue={passkey.name}
        error={error && worded(error, say)}
      />
      <DialogActs>
        <Button onClick={onCancel}>{say('sessions.keep')}</Button>
        <Button kind="main" type="submit" busy={busy} busyText={say('passkeys.saving')}>
          {say('passkeys.save')}
        </Button>
      </DialogActs>
    </form>
  )
}

/** Asks for the name of a passkey: its owner must know which device to take, and which one was lost. */
export function NamePasskey({ passkey, ...rest }: Omit<Props, 'passkey'> & { readonly passkey: Passkey | null }) {
  const { say } = useMessages()
  return (
    <Dialog opened={passkey !== null} title={say('passkeys.nameIt')} onClose={rest.onCancel}>
      {passkey && <Form passkey={passkey} {...rest} />}
    </Dialog>
  )
}
