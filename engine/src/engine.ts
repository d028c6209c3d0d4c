import type { VigileOptions } from './options.ts'
import type { Vigile } from './vigile.ts'

export const createVigile = (_options: VigileOptions): Vigile => {
  throw new Error('under construction')
}
