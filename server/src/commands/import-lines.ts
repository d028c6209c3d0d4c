// JSON Lines → users to create, or what is wrong with which line. All lines are read before the first user is made.
import { registerBody } from '@vigile/contract'
import { checkNewUser, type NewUser } from '@vigile/engine'
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
    const user = parseLine(content, users)
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

/** A user as `users.create` takes it, or what is wrong in the reader's words: all of it. */
const parseLine = (content: string, users: Catalogue['users']): NewUser | string => {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    return users.lineNotJson
  }
  const parsed = lineSchema.safeParse(value, { reportInput: true })
  if (!parsed.success) return [...new Set(parsed.error.issues.flatMap((issue) => explain(issue, users)))].join(', ')
  // Zod drops no undefined key here: what was absent stays absent.
  const user = parsed.data as NewUser
  switch (checkNewUser(user)) {
    case 'invalid_email':
      return users.lineFields.email
    case 'invalid_hash':
      return users.lineFields.passwordHash
    case null:
      return user
  }
}

/** Each field has one rule, so what is wrong follows from its name. */
const explain = (issue: z.core.$ZodIssue, users: Catalogue['users']): readonly string[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => users.lineNoSuchField(JSON.stringify(key.slice(0, 50))))
  const [field] = issue.path
  if (field === undefined) return [users.lineNotObject]
  if (field === 'email' && issue.input === undefined) return [users.lineNoEmail]
  return [users.lineFields[field as keyof typeof lineSchema.shape]]
}
