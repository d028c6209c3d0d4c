import { expect, test } from 'vitest'
import { defaultArgon2Settings, findArgon2Excess, requireArgon2Settings } from './argon2-settings.ts'

const smallest = [
  { memoryKiB: 47_104, iterations: 1, parallelism: 1 },
  { memoryKiB: 19_456, iterations: 2, parallelism: 1 },
  { memoryKiB: 12_288, iterations: 3, parallelism: 1 },
  { memoryKiB: 12_288, iterations: 5, parallelism: 1 },
]

test.each(smallest)(
  "S-24 OWASP's minimum passes, one KiB less is refused: $memoryKiB KiB × $iterations",
  (settings) => {
    expect(requireArgon2Settings(settings)).toEqual(settings)
    const { memoryKiB, iterations } = settings
    expect(() => requireArgon2Settings({ ...settings, memoryKiB: memoryKiB - 1 })).toThrow(
      `passwords.argon2.memoryKiB is ${memoryKiB - 1}, below OWASP's minimum: with iterations ${iterations} set it to ${memoryKiB} or more`,
    )
  },
)

test('S-24 the default is what OWASP advises', () => {
  expect(defaultArgon2Settings).toEqual({ memoryKiB: 19_456, iterations: 2, parallelism: 1 })
  expect(requireArgon2Settings(defaultArgon2Settings)).toBe(defaultArgon2Settings)
})

test('OPS-1 settings that are no whole numbers, or none at all, are refused at start', () => {
  for (const wrong of [0, -1, 1.5, Number.NaN]) {
    for (const setting of ['memoryKiB', 'iterations', 'parallelism']) {
      expect(() => requireArgon2Settings({ ...defaultArgon2Settings, [setting]: wrong })).toThrow(setting)
    }
  }
})

test('what one hash may cost is bounded, in settings and in imported hashes alike', () => {
  const excessive = [
    { ...defaultArgon2Settings, memoryKiB: 262_145 },
    { ...defaultArgon2Settings, iterations: 65 },
    { ...defaultArgon2Settings, parallelism: 17 },
    { ...defaultArgon2Settings, memoryKiB: 262_144, iterations: 5 },
  ]
  for (const settings of excessive) {
    expect(findArgon2Excess(settings)).toContain(' over ')
    expect(() => requireArgon2Settings(settings)).toThrow(RangeError)
  }
  expect(findArgon2Excess({ memoryKiB: 262_144, iterations: 4, parallelism: 16 })).toBeUndefined()
})
