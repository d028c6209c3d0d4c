// What a command has around it: in a test, everything here is the test's.

import type { Readable, Writable } from 'node:stream'
import type { Vigile, VigileOptions } from '@vigile/engine'
import type { Environment } from '../configuration/environment.ts'

export type TerminalOutput = Writable & { readonly isTTY?: boolean }

export type Surroundings = {
  readonly environment: Environment
  /** The folder that the command runs in. */
  readonly folder: string
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: TerminalOutput
  readonly errors: TerminalOutput
  readonly createVigile: (options: VigileOptions) => Vigile
}
