// For tests: an engine whose clock can be moved. Nothing of production imports this.

import type { PermissionDeclaration } from '@vigile/contract'
import { buildVigile } from './engine.ts'
import type { VigileOptions } from './options.ts'
import type { Wait } from './provider-calls/provider-client.ts'
import type { Vigile } from './vigile.ts'

export type TestClock = {
  /** Moves the engine's time, back and forth, in milliseconds. */
  move(ms: number): void
}

/**
 * An engine with a clock to move. `wait`: in place of waiting before a provider is asked again; it has the milliseconds.
 *
 * @example
 * const { vigile, clock } = createTestVigile({ publicUrl: 'http://localhost:3000', secrets: 'x'.repeat(64) })
 * clock.move(16 * 60_000) // every access token has expired
 */
export const createTestVigile = <const Declared extends PermissionDeclaration = Record<never, never>>(
  options: VigileOptions<Declared>,
  { wait }: { readonly wait?: Wait | undefined } = {},
): { readonly vigile: Vigile<Declared>; readonly clock: TestClock } => {
  const offset = { ms: 0 }
  return {
    vigile: buildVigile(options, offset, wait),
    clock: {
      move: (ms) => {
        offset.ms += ms
      },
    },
  }
}
