// What is known of products. Who may do what is decided in change-product.ts and by each page.
import { randomUUID } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import { type Database, database, type ProductRow } from './database.ts'
import type { ProductInput } from './product-input.ts'

export type Product = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly priceCents: number
  readonly isPublished: boolean
  readonly version: number
}

const productOf = (row: Selectable<ProductRow>): Product => ({
  id: row.id,
  name: row.name,
  description: row.description,
  priceCents: row.price_cents,
  isPublished: row.published === 1,
  version: row.version,
})

const rowOf = ({ name, description, priceCents }: ProductInput) => ({
  name,
  description,
  price_cents: priceCents,
  updated_at: new Date().toISOString(),
})

/** The newest first, 200 at most. `drafts`: those too that are not published. */
export const listProducts = async ({ drafts }: { readonly drafts: boolean }): Promise<readonly Product[]> => {
  const query = database.selectFrom('products').selectAll().orderBy('updated_at', 'desc').limit(200)
  return (await (drafts ? query : query.where('published', '=', 1)).execute()).map(productOf)
}

type In = Kysely<Database>

export const findProduct = async (id: string, where: In = database): Promise<Product | null> => {
  const row = await where.selectFrom('products').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? productOf(row) : null
}

export const insertProduct = async (input: ProductInput, where: In): Promise<Product> =>
  productOf(
    await where
      .insertInto('products')
      .values({ id: randomUUID(), ...rowOf(input) })
      .returningAll()
      .executeTakeFirstOrThrow(),
  )

/** Null: it is not the one that was read any more. One statement decides, so that of two changes at once one wins. */
export const updateProduct = async (
  { id, version }: Pick<Product, 'id' | 'version'>,
  to: ProductInput | { readonly isPublished: boolean },
  where: In,
): Promise<Product | null> => {
  const values = 'isPublished' in to ? { published: to.isPublished ? 1 : 0 } : rowOf(to)
  const row = await where
    .updateTable('products')
    .set({ ...values, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst()
  return row ? productOf(row) : null
}

export const deleteProduct = async (
  { id, version }: Pick<Product, 'id' | 'version'>,
  where: In,
): Promise<Product | null> => {
  const gone = where.deleteFrom('products').where('id', '=', id).where('version', '=', version)
  const row = await gone.returningAll().executeTakeFirst()
  return row ? productOf(row) : null
}

/** For who may read: a draft is there for those alone who may work on it. */
export const visibleProduct = async (id: string, { drafts }: { readonly drafts: boolean }): Promise<Product | null> => {
  const product = await findProduct(id)
  return product && (product.isPublished || drafts) ? product : null
}
