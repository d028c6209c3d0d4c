// Where a test service lives: a folder of its own and a free port on the loopback address.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { chmod, chown, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Folder {
  path: string
  remove: () => Promise<void>
}

/** A new empty folder, removed by `remove`, or at the latest when this process exits. */
export async function temporaryFolder(name: string, owner?: { uid: number; gid: number }): Promise<Folder> {
  const path = mkdtempSync(join(tmpdir(), `vigile-test-${process.pid}-${name}-`))
  if (owner) {
    await chown(path, owner.uid, owner.gid)
    await chmod(path, 0o700)
  }
  const removeAtExit = () => rmSync(path, { recursive: true, force: true })
  process.once('exit', removeAtExit)
  return {
    path,
    remove: async () => {
      process.off('exit', removeAtExit)
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

export const smallDiskName = 'small-disk'

/** Removes the folders of runs that were killed before they could. */
export async function removeAbandonedFolders(): Promise<void> {
  const folders = readdirSync(tmpdir()).filter((name) => isAbandoned(name))
  // A small disk that is still mounted could not be removed.
  for (const name of folders)
    if (name.includes(`-${smallDiskName}-`)) spawnSync('/bin/umount', ['-l', join(tmpdir(), name)])
  await Promise.all(folders.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })))
}

function isAbandoned(name: string): boolean {
  const owner = name.match(/^vigile-test-(\d+)-/)?.[1]
  if (!owner) return false
  try {
    process.kill(Number(owner), 0)
    return false
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** A port on 127.0.0.1 that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
