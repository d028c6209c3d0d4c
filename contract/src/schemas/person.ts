// What people change and ask about their own account.
import { z } from 'zod'
import { localeSchema, nameInput } from '../schemas.ts'

export const profileBody = z.strictObject({
  name: nameInput.nullable().optional().meta({ description: 'Null: none.' }),
  locale: localeSchema.optional().meta({ description: 'The language of letters.' }),
})
