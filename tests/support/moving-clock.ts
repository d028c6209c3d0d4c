// Loaded before a program of its own process (`node --import`): whatever engine it makes follows the clock in the file
// `TEST_CLOCK`, milliseconds ahead of the machine's. The program's source knows nothing of it.
import { registerHooks } from 'node:module'

const standIn = new URL('engine-with-clock.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== '@vigile/engine' || context.parentURL === standIn) return next(specifier, context)
    return { url: standIn, shortCircuit: true }
  },
})
