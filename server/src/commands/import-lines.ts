// JSON Lines → users to create, or what is wrong with which line. All lines are read before the first user is made.
import { registerBody } from '@vigile/contract'
import type { NewUser } from '@vigile/engine'
import { z } from 'zod'
import type { Catalogue } from '../messages/catalogue.ts'

export type ImportLine = { readonly line: number; readonly user: NewUser }
export type BadLine = { readonly line: number; readonly wrong: string }

/** What sign-up takes, strictly: a misspelt field is named instead of lost. No plain passwords: a file is no place for them. */
const lineSchema = registerBody.omit({ password: true }).extend({
  passwordHash: z.string().min(1).max(1024).optional(),
  emailVerified: z.boolean().optional(),
})

export const readImportLines = (
  text: string,
  { users }: Catalogue,
): { readonly good: readonly ImportLine[]; readonly bad: readonly BadLine[] } => {
  const good: ImportLine[] = []
  const bad: BadLine[] = []
  const seen = new Map<string, number>()
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    const line = index + 1
    if (content.trim() === '') continue
    const user = parseLine(content, users.lineNotJson)
    if (typeof user === 'string') {
      bad.push({ line, wrong: user })
      continue
    }
    const key = user.email.normalize('NFC').toLowerCase()
    const before = seen.get(key)
    if (before === undefined) {
      seen.set(key, line)
      good.push({ line, user })
    } else bad.push({ line, wrong: users.lineRepeats(before) })
  }
  return { good, bad }
}

const parseLine = (content: string, notJson: string): NewUser | string => {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    return notJson
  }
  const parsed = lineSchema.safeParse(value)
  // Zod drops no undefined key here: what was absent stays absent.
  if (parsed.success) return parsed.data as NewUser
  return parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')
}
