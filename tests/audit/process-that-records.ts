// Run by the tests as a process of its own, and killed: puts entries on record and seals them, and prints a line for each.
import { writeSync } from 'node:fs'
import { createVigile } from '@vigile/engine'
import { silentLog } from '../../engine/src/primitives/log.ts'

const [database = '', secrets = ''] = process.argv.slice(2)
const vigile = createVigile({
  publicUrl: 'http://localhost:3000',
  production: false,
  database,
  secrets,
  log: silentLog,
})

const recordForEver = async (): Promise<never> => {
  for (;;) {
    await vigile.audit.record({ action: 'made:up' })
    writeSync(1, '.\n')
  }
}
const sealForEver = async (): Promise<never> => {
  for (;;) await vigile.audit.verify({ from: Number.MAX_SAFE_INTEGER })
}
await Promise.all([recordForEver(), sealForEver()])
