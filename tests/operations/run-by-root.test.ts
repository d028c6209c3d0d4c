// Commands that root runs beside a server that has no right but to its own folder: what they make is the server's.
import { chmod, chown, lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runVigile } from '../nodes/node.ts'
import { temporaryFolder } from '../services/place.ts'

const server = { uid: 12_345, gid: 23_456 }

const ownersIn = async (folder: string): Promise<Record<string, string>> => {
  const names = await readdir(folder, { recursive: true })
  const found = await Promise.all(names.map((name) => lstat(join(folder, name))))
  return Object.fromEntries(
    found.map(({ uid, gid, mode }, at) => [names[at], `${uid}:${gid} ${(mode & 0o777).toString(8)}`]),
  )
}

test.skipIf(process.getuid?.() !== 0)(
  'OPS-8 OPS-9 what root makes in the folder of a server, the server can open: migrate, what comes before it, backup, drill, restore',
  async () => {
    const folder = await temporaryFolder('run-by-root', server)
    onTestFinished(folder.remove)
    const data = join(folder.path, 'data')
    const file = join(data, 'vigile.db')
    const database = `file:${file}`
    const environment = { VIGILE_BACKUP_TO: join(folder.path, 'kept', 'backups'), VIGILE_BACKUP_KEY: 'plain' }
    const run = (line: string) => runVigile(line, { database, environment })
    const mine = (mode: string) => `${server.uid}:${server.gid} ${mode}`
    const foreign = async () => {
      const owners = Object.entries(await ownersIn(folder.path))
      expect(owners.length).toBeGreaterThan(1)
      return owners.filter(([, owner]) => !owner.startsWith(mine('')))
    }

    await run('migrate')
    expect(await foreign()).toEqual([])
    expect(await ownersIn(folder.path)).toMatchObject({ data: mine('700'), 'data/vigile.db': mine('600') })
    await rm(data, { recursive: true })
    await expect(run('users list')).rejects.toThrow('vigile migrate')
    expect(await foreign()).toEqual([])
    await run('migrate')
    await run('roles seed')
    await run('backup')
    await run('backup drill')
    expect(await foreign()).toEqual([])

    // Some let a group read it.
    await chmod(file, 0o640)
    await run('restore --replace --yes')
    expect(await foreign()).toEqual([])
    expect(await ownersIn(data)).toMatchObject({ 'vigile.db': mine('640'), 'vigile.db-server': mine('600') })
    await rm(data, { recursive: true })
    await run('restore')
    expect(await foreign()).toEqual([])
    expect(await ownersIn(data)).toMatchObject({ 'vigile.db': mine('600') })

    // A file of another owner than its folder's stays his.
    await chown(file, 34_567, 34_567)
    await run('restore --replace --yes')
    expect((await ownersIn(data))['vigile.db']).toBe('34567:34567 600')
    expect((await readFile(file)).subarray(0, 15).toString()).toBe('SQLite format 3')
  },
  300_000,
)
