// Real hashes, made cheap: guesses are sent by the thousand. Import it first.
import { vi } from 'vitest'

vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof import('@node-rs/argon2')>()
  const hash: typeof real.hash = (password, options, signal) =>
    real.hash(password, { ...options, memoryCost: 8, timeCost: 1 }, signal)
  return { ...real, hash }
})
