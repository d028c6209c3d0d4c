// The engine, but for its clock (see moving-clock.ts).
import { readFileSync } from 'node:fs'

const built = import.meta.resolve('@vigile/engine').replace(/index\.(js|ts)$/, 'engine.$1')
const { buildVigile } = (await import(built)) as typeof import('../../engine/src/engine.ts')

const offset = {
  get ms() {
    return Number(readFileSync(process.env.TEST_CLOCK as string, 'utf8'))
  },
}

// biome-ignore lint/performance/noReExportAll: whatever the engine has, but for its one function below.
export * from '@vigile/engine'
export const createVigile = ((options) => buildVigile(options, offset)) as typeof import('@vigile/engine').createVigile
