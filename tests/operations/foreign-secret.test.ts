// A command in the folder of something else, whose secret has just been made there: what it wrote would look like tampering.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { newVisitor, runVigile, startMs, startNode } from '../nodes/node.ts'
import { temporaryFolder } from '../services/place.ts'

const foreign = { VIGILE_SECRET: 'pW3kZt8vQn5xLr2yHc9mJf6bGd1sAe7uTo4i-another-secret-than-its-own' }

test(
  'AUD-3 TOK-9 a command that writes, run with a secret that the database does not know, is refused, and the record stays whole',
  async () => {
    const folder = await temporaryFolder('foreign-secret')
    onTestFinished(folder.remove)
    const file = join(folder.path, 'vigile.db')
    const database = `file:${file}`
    const node = await startNode({ database })
    onTestFinished(node.stop)
    expect((await newVisitor(() => node).signUp('ada@example.com')).status).toBe(201)
    await node.stop()
    const written = () => {
      const db = new DatabaseSync(file, { readOnly: true })
      const count = (table: string) => db.prepare(`select count(*) as n from ${table}`).get()?.n
      const counts = ['audit_entries', 'users', 'user_roles', 'signing_keys'].map(count)
      db.close()
      return counts
    }
    const before = written()
    for (const line of [
      'roles grant ada@example.com admin',
      'roles seed',
      'users create bob@example.com --json',
      'sessions revoke --everyone --yes',
      'cleanup',
    ]) {
      await expect(runVigile(line, { database, environment: foreign })).rejects.toThrow(
        /other secrets than VIGILE_SECRET/,
      )
      expect(written()).toEqual(before)
    }
    expect(await runVigile('users list', { database, environment: foreign })).toContain('ada@example.com')
    await runVigile('roles grant ada@example.com admin', { database })
    await runVigile('audit verify', { database })
  },
  startMs,
)
