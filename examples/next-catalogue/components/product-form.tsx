'use client'
import { renewing } from '@vigile/next/client'
import { useActionState, useState } from 'react'
import type { ActionState } from '../lib/actions.ts'
import type { Product } from '../lib/products.ts'
import { client } from './client.ts'
import { ProblemNote } from './problem-note.tsx'

/** A new product, or another look at one. What was typed stays when it is refused. */
export function ProductForm({
  action,
  product,
}: {
  action: (before: ActionState, form: FormData) => Promise<ActionState>
  product?: Product
}) {
  const [state, submit, busy] = useActionState(renewing(client, action), { problem: null })
  const [typed, setTyped] = useState({
    name: product?.name ?? '',
    description: product?.description ?? '',
    price: product ? (product.priceCents / 100).toFixed(2) : '',
  })
  const field = (name: keyof typeof typed) => ({
    name,
    value: typed[name],
    onChange: ({ target }: { target: { value: string } }) => setTyped({ ...typed, [name]: target.value }),
  })
  return (
    <form className="card" action={submit}>
      <label>
        Name
        <input {...field('name')} required maxLength={120} />
      </label>
      <label>
        Description
        <textarea {...field('description')} rows={4} maxLength={500} />
      </label>
      <label>
        Price
        <input {...field('price')} inputMode="decimal" required />
      </label>
      <ProblemNote problem={state.problem} />
      <button type="submit" disabled={busy}>
        Save
      </button>
    </form>
  )
}
