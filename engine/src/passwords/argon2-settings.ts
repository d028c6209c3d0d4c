// How strong new hashes are, and how costly any Argon2 hash may be.

import { requireInteger } from '../primitives/require-integer.ts'

export type Argon2Settings = {
  /** Memory of one hash in KiB, up to 262,144 (256 MiB). */
  memoryKiB: number
  /** Passes over that memory, 1 to 64. */
  iterations: number
  /** Threads of one hash, 1 to 16. */
  parallelism: number
}

/** OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 thread. */
export const defaultArgon2Settings: Argon2Settings = { memoryKiB: 19_456, iterations: 2, parallelism: 1 }

// OWASP ASVS 5.0, appendix C (11.4.2, S-24): fewer passes need more memory. The last row is for 3 passes and more.
const leastMemoryKiB: readonly number[] = [47_104, 19_456, 12_288]

// About a second and 256 MiB a hash: more would let a few sign-ins stop the process.
const maxMemoryKiB = 262_144
const maxWorkKiB = 4 * maxMemoryKiB
const maxIterations = 64
const maxParallelism = 16

/** What is over the bounds, in words, or undefined if nothing is. */
export function findArgon2Excess({ memoryKiB, iterations, parallelism }: Argon2Settings): string | undefined {
  if (memoryKiB > maxMemoryKiB) return `argon2 memory of ${memoryKiB} KiB is over ${maxMemoryKiB} KiB`
  if (iterations > maxIterations) return `argon2 iterations of ${iterations} are over ${maxIterations}`
  if (parallelism > maxParallelism) return `argon2 parallelism of ${parallelism} is over ${maxParallelism}`
  if (memoryKiB * iterations > maxWorkKiB) {
    return `argon2 memory times iterations of ${memoryKiB * iterations} KiB is over ${maxWorkKiB} KiB`
  }
  return undefined
}

/** Gives the settings back, or throws RangeError: below OWASP's minimum, or over what one hash may cost. */
export function requireArgon2Settings(settings: Argon2Settings): Argon2Settings {
  const { memoryKiB, iterations, parallelism } = settings
  requireInteger('passwords.argon2.iterations', iterations, { min: 1, max: maxIterations })
  requireInteger('passwords.argon2.parallelism', parallelism, { min: 1, max: maxParallelism })
  const least = leastMemoryKiB[Math.min(iterations, leastMemoryKiB.length) - 1] ?? maxMemoryKiB
  if (!Number.isInteger(memoryKiB) || memoryKiB < least) {
    throw new RangeError(
      `passwords.argon2.memoryKiB is ${memoryKiB}, below OWASP's minimum: with iterations ${iterations} set it to ` +
        `${least} or more (OWASP ASVS 5.0, appendix C)`,
    )
  }
  const excess = findArgon2Excess(settings)
  if (excess !== undefined) throw new RangeError(`passwords.argon2 costs too much: ${excess}`)
  return settings
}
