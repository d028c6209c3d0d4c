// The life of a form: check, send once, show what went wrong, keep what was typed.
import { type FormEvent, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Trouble } from './trouble.ts'

export type Values<Field extends string> = Readonly<Record<Field, string>>

type Plan<Field extends string> = {
  readonly fields: readonly Field[]
  /** What is wrong before anything is sent, or null. */
  readonly check: (values: Values<Field>) => Trouble<Field> | null
  /** Sends; gives what went wrong, or null when it is done. */
  readonly send: (values: Values<Field>) => Promise<Trouble<Field> | null>
}

export type FormState<Field extends string> = {
  readonly busy: boolean
  readonly trouble: Trouble<Field> | null
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void
  readonly onInput: (event: FormEvent<HTMLFormElement>) => void
}

/** Runs a form whose inputs the browser holds, so that password managers can fill them and no failure empties them. */
export function useForm<Field extends string>(plan: Plan<Field>): FormState<Field> {
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<Field> | null>(null)
  // A second submit can come before React has drawn the first: only a ref is quick enough to refuse it.
  const sending = useRef(false)

  const show = (form: HTMLFormElement, found: Trouble<Field> | null) => {
    // Drawn before the focus moves, so that a screen reader reads the field together with its error.
    flushSync(() => {
      setTrouble(found)
      setBusy(false)
    })
    const first = plan.fields.find((field) => found?.fields[field])
    const input = first && form.elements.namedItem(first)
    if (input instanceof HTMLInputElement) input.focus()
  }

  const run = async (form: HTMLFormElement) => {
    const data = new FormData(form)
    const values = Object.fromEntries(
      plan.fields.map((field) => [field, String(data.get(field) ?? '')]),
    ) as Values<Field>
    const early = plan.check(values)
    if (early) return show(form, early)
    setTrouble(null)
    setBusy(true)
    show(form, await plan.send(values))
  }

  return {
    busy,
    trouble,
    onSubmit: (event) => {
      event.preventDefault()
      if (sending.current) return
      sending.current = true
      void run(event.currentTarget).finally(() => {
        sending.current = false
      })
    },
    onInput: (event) => {
      const name = (event.target as HTMLInputElement).name as Field
      if (!trouble?.fields[name]) return
      const { [name]: _mended, ...fields } = trouble.fields
      setTrouble({ ...trouble, fields: fields as Trouble<Field>['fields'] })
    },
  }
}
