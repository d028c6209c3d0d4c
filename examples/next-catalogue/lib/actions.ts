'use server'
// What the forms of the pages do. Each goes through changeProduct, which asks whether it may.
import { revalidatePath } from 'next/cache'
import { redirect } from 'next/navigation'
import { type Change, changeProduct } from './change-product.ts'
import type { Problem } from './problem.ts'
import { centsOf } from './product-input.ts'

/** `problem`: why it was not done; what was typed stays in the form. */
export type ActionState = { readonly problem: Problem | null }

export async function createProduct(_before: ActionState, form: FormData): Promise<ActionState> {
  return act({ act: 'create', input: inputOf(form) })
}

export async function updateProduct(
  id: string,
  version: number,
  _before: ActionState,
  form: FormData,
): Promise<ActionState> {
  return act({ act: 'update', id, version, input: inputOf(form) })
}

export async function publishProduct(id: string, isPublished: boolean): Promise<ActionState> {
  return act({ act: 'publish', id, isPublished })
}

export async function deleteProduct(id: string): Promise<ActionState> {
  return act({ act: 'delete', id })
}

/** Done: to the product, or where it was deleted, to the list. */
const act = async (change: Change): Promise<ActionState> => {
  const done = await changeProduct(change)
  if (!done.ok) return { problem: (await done.response.json()) as Problem }
  revalidatePath('/products')
  return redirect(change.act === 'delete' ? '/products' : `/products/${done.product.id}`)
}

const inputOf = (form: FormData) => ({
  name: form.get('name'),
  description: form.get('description'),
  priceCents: centsOf(form.get('price')),
})
