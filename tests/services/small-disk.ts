// A disk of a few MiB that a test can fill (a tmpfs). Only root can mount one.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { smallDiskName, temporaryFolder } from './place.ts'

export interface SmallDisk {
  path: string
  /** Leaves no byte free. */
  fill: () => void
  /** Gives back what `fill` took. */
  free: () => void
  remove: () => Promise<void>
}

/** Null where this process may not mount. */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk | null> {
  const folder = await temporaryFolder(smallDiskName)
  const mounted =
    spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder.path]).status === 0
  if (!mounted) {
    await folder.remove()
    return null
  }
  const unmount = () => spawnSync('/bin/umount', ['-l', folder.path])
  process.prependOnceListener('exit', unmount)
  const filler = join(folder.path, 'filler')
  return {
    path: folder.path,
    fill: () => writeUntilFull(filler),
    free: () => rmSync(filler, { force: true }),
    remove: async () => {
      process.off('exit', unmount)
      unmount()
      await folder.remove()
    },
  }
}

function writeUntilFull(file: string) {
  const block = Buffer.alloc(65_536)
  try {
    for (;;) writeFileSync(file, block, { flag: 'a' })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause
  }
}
