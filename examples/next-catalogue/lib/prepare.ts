// What has to be there before the first request.
import { parseUserId } from '@vigile/engine'
import { start } from '@vigile/next'
import { auth } from './auth.ts'
import { createTables, database } from './database.ts'
import { insertProduct, updateProduct } from './products.ts'

const by = { kind: 'application', name: 'catalogue' } as const

export const prepare = async (): Promise<void> => {
  await auth.migrate()
  await start(auth)
  await auth.roles.seed(by)
  await createTables()
  if (process.env.DEMO_PASSWORD) await invite(process.env.DEMO_PASSWORD)
}

/** Three people and some products to try it with. */
const invite = async (password: string): Promise<void> => {
  for (const [email, name, role] of [
    ['user@example.com', 'Una User', 'user'],
    ['editor@example.com', 'Edda Editor', 'content-editor'],
    ['admin@example.com', 'Ada Admin', 'admin'],
  ] as const) {
    const made = await auth.users.create({ email, name, password }, by)
    const id = made.ok ? parseUserId(made.value.id) : null
    if (id) await auth.roles.grant(id, role, by)
  }
  if (await database.selectFrom('products').select('id').executeTakeFirst()) return
  for (const [name, description, priceCents] of [
    ['Oak table', 'Seats six. Oiled, not lacquered.', 64_900],
    ['Reading lamp', 'Brass, with a switch one finds in the dark.', 8_950],
    ['Wool blanket', 'From the Pyrenees. Not for the washing machine.', 12_900],
  ] as const)
    await updateProduct(
      await insertProduct({ name, description, priceCents }, database),
      { isPublished: true },
      database,
    )
  await insertProduct({ name: 'Garden chair', description: 'Still to be photographed.', priceCents: 7_400 }, database)
}
