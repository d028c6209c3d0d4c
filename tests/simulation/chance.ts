// Seeded chance: the same seed gives the same run, and each part of a world draws from a stream of its own.

export type Chance = {
  /** 0 ≤ x < 1. */
  next(): number
  happens(probability: number): boolean
  between(span: readonly [number, number]): number
  /** A whole number, both ends included. */
  whole(from: number, to: number): number
  pick<T>(list: readonly T[]): T
  /** A waiting time with this mean. */
  around(mean: number): number
  /** A key, by its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
}

/** FNV-1a, four lanes. */
const lanes = (text: string): [number, number, number, number] => {
  const state: [number, number, number, number] = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b]
  for (let index = 0; index < text.length; index++)
    for (let lane = 0; lane < 4; lane++)
      state[lane] = Math.imul((state[lane] as number) ^ (text.charCodeAt(index) + lane), 0x01000193 + lane * 2)
  return state
}

/** sfc32. */
export function createChance(...seed: readonly (string | number)[]): Chance {
  let [a, b, c, d] = lanes(seed.join('/'))
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  for (let round = 0; round < 15; round++) next()

  return {
    next,
    happens: (probability) => next() < probability,
    between: ([from, to]) => from + (to - from) * next(),
    whole: (from, to) => from + Math.floor((to - from + 1) * next()),
    pick: (list) => list[Math.floor(next() * list.length)]!,
    around: (mean) => -mean * Math.log(1 - next()),
    weighted(weights) {
      const entries = Object.entries<number>(weights)
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [key, weight] of entries) {
        left -= weight
        if (left < 0) return key as keyof typeof weights
      }
      return entries.at(-1)![0] as keyof typeof weights
    },
  }
}
