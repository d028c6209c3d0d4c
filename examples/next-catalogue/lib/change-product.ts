// Every change of a product goes through here, from a form or over the API: permitted, bounded, done, on record. An act that could not
// be put on record is not done.
import { checkPermission, currentRequest } from '@vigile/next'
import { auth } from './auth.ts'
import { database } from './database.ts'
import { problem, type Refusal } from './problem.ts'
import { type InputFault, type ProductInput, parseProduct } from './product-input.ts'
import { deleteProduct, findProduct, insertProduct, type Product, updateProduct } from './products.ts'

export type Change =
  | { readonly act: 'create'; readonly input: unknown }
  /** `version`: the one that was looked at; left out, the present one. */
  | { readonly act: 'update'; readonly id: string; readonly version?: number; readonly input: unknown }
  | { readonly act: 'publish'; readonly id: string; readonly isPublished: boolean }
  | { readonly act: 'delete'; readonly id: string }

export type Changed =
  | { readonly ok: true; readonly product: Product }
  | { readonly ok: false; readonly response: Response }

type Done = { readonly before: Product | null; readonly after: Product | null }
type NotDone = { readonly refusal: Refusal; readonly errors?: readonly InputFault[] }

/** `request`: of a route handler. Without it the change is a form's. */
export const changeProduct = async (change: Change, request?: Request): Promise<Changed> => {
  const action = `products:${change.act}` as const
  const allowed = await checkPermission(auth, action, request && { request })
  const asked = await currentRequest()
  const resourceId = 'id' in change ? { resourceId: change.id.slice(0, 200) } : {}
  const failed = (userId: string, details: object) =>
    auth.audit.record({
      action: `${action}:failed`,
      resource: 'Product',
      ...resourceId,
      userId,
      details: { ...details },
      ...asked,
    })

  if (!allowed.ok) {
    // Who is not signed in can't fill the record: Vigile's limits and its own record of denials see to them.
    const state = await auth.pageState(asked.request, '/')
    if (state.state === 'signed_in' && (await bounded(`refused:${state.user.id}`)).allowed)
      await failed(state.user.id, { reason: 'refused', status: allowed.response.status })
    return { ok: false, response: allowed.response }
  }

  const { id: userId } = allowed.user
  const limit = await bounded(`products:${userId}`)
  if (!limit.allowed) return { ok: false, response: limit.refusal(asked.request) }

  const outcome = await database.transaction().execute(async (transaction): Promise<Done | NotDone> => {
    const done = await apply(change, transaction)
    if ('refusal' in done) return done
    const id = (done.after ?? done.before)?.id as string
    await auth.audit.record({ action, resource: 'Product', resourceId: id, userId, details: done, ...asked })
    return done
  })
  if ('refusal' in outcome) {
    await failed(userId, {
      reason: outcome.refusal,
      fields: outcome.errors?.map(({ path }) => path.slice(0, 64)).slice(0, 10),
    })
    return { ok: false, response: problem(outcome.refusal, outcome.errors) }
  }
  return { ok: true, product: (outcome.after ?? outcome.before) as Product }
}

/** What one person can put on record. What is refused counts apart: another site can have a browser ask for that. */
const bounded = (key: string) => auth.limits.check(key, { limit: 100, windowSeconds: 60 })

const apply = async (change: Change, where: typeof database): Promise<Done | NotDone> => {
  if (change.act === 'create')
    return withInput(change.input, async (input) => ({ before: null, after: await insertProduct(input, where) }))
  const before = await findProduct(change.id, where)
  if (!before) return { refusal: 'not_found' }
  switch (change.act) {
    case 'update':
      return withInput(change.input, async (input) => {
        const looked = { id: before.id, version: change.version ?? before.version }
        return changed(before, await updateProduct(looked, input, where))
      })
    case 'publish':
      return changed(before, await updateProduct(before, { isPublished: change.isPublished }, where))
    case 'delete':
      return (await deleteProduct(before, where)) ? { before, after: null } : { refusal: 'conflict' }
  }
}

const withInput = async (
  given: unknown,
  work: (input: ProductInput) => Promise<Done | NotDone>,
): Promise<Done | NotDone> => {
  const parsed = parseProduct(given)
  return parsed.ok ? work(parsed.input) : { refusal: 'validation_failed', errors: parsed.errors }
}

const changed = (before: Product, after: Product | null): Done | NotDone =>
  after ? { before, after } : { refusal: 'conflict' }
