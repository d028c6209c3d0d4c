// A restore that was rehearsed on another machine, with all that production has: its secret, its key, its place of backups (OPS-8).
import { expect, onTestFinished, test } from 'vitest'
import { runVigile } from '../nodes/node.ts'
import { temporaryFolder } from '../services/place.ts'
import { kinds } from './kept.ts'

test.each(kinds)(
  'OPS-8 on %s a rehearsal that backs itself up to the same place is not brought back into production',
  async (_, keep) => {
    const { database, empty, close } = await keep()
    onTestFinished(close)
    const place = await temporaryFolder('backups')
    onTestFinished(place.remove)
    const environment = { VIGILE_BACKUP_TO: place.path, VIGILE_BACKUP_KEY: 'plain' }
    const production = (line: string) => runVigile(line, { database, environment })
    const elsewhere = await empty()
    const rehearsal = (line: string) => runVigile(line, { database: elsewhere, environment })
    const nameIn = (text: string) => /vigile-\d{8}T\d{6}Z-[0-9a-f]{6}/.exec(text)?.[0] ?? ''

    await production('migrate')
    const first = nameIn(await production('backup'))
    expect(await rehearsal('restore')).toContain(first)
    const copy = nameIn(await rehearsal('backup'))
    await expect(production('restore --replace --yes')).rejects.toThrow(/two databases.*Nothing was done/s)
    expect(await production('backup list')).toMatch(new RegExp(`${copy}.*of another database`))
    const second = nameIn(await production('backup'))
    expect(await production('restore --replace --yes')).toContain(second)
    // The rehearsal goes on from the newest there is, or from what it is told.
    expect(await rehearsal(`restore --replace --yes ${copy}`)).toContain(copy)
  },
  300_000,
)
