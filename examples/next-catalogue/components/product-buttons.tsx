'use client'
import { renewing } from '@vigile/next/client'
import { useState, useTransition } from 'react'
import { type ActionState, deleteProduct, publishProduct } from '../lib/actions.ts'
import type { Product } from '../lib/products.ts'
import { client } from './client.ts'
import { ProblemNote } from './problem-note.tsx'

/** What is hidden here is only hidden: each act asks the server whether it may. */
export function ProductButtons({ product, may }: { product: Product; may: { publish: boolean; delete: boolean } }) {
  const [state, setState] = useState<ActionState>({ problem: null })
  const [busy, start] = useTransition()
  const run = (act: () => Promise<ActionState>) =>
    start(async () => setState((await renewing(client, act)()) ?? { problem: null }))
  return (
    <>
      <p className="row">
        {may.publish && (
          <button
            type="button"
            disabled={busy}
            onClick={() => run(() => publishProduct(product.id, !product.isPublished))}
          >
            {product.isPublished ? 'Withdraw' : 'Publish'}
          </button>
        )}
        {may.delete && (
          <button type="button" className="danger" disabled={busy} onClick={() => run(() => deleteProduct(product.id))}>
            Delete
          </button>
        )}
      </p>
      <ProblemNote problem={state.problem} />
    </>
  )
}
