// What happened, step by step, in words. Written only where someone will read it.

export type Story = {
  readonly lines: readonly string[]
  tell(line: () => string): void
}

const clock = (ms: number): string => {
  const day = Math.floor(ms / 86_400_000)
  return `day ${day} ${new Date(ms % 86_400_000).toISOString().slice(11, 23)}`
}

export function createStory(now: () => number, narrate: boolean): Story {
  const lines: string[] = []
  return {
    lines,
    tell(line) {
      if (narrate) lines.push(`${clock(now())}  ${line()}`)
    },
  }
}

/** `3 h`, `40 s`: near enough to be read. */
export const duration = (ms: number): string => {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const
  const [unit, size] = units.find(([, size]) => ms >= size) ?? ['ms', 1]
  const count = ms / size
  return `${count >= 10 || unit === 'ms' ? Math.round(count) : Number(count.toFixed(1))} ${unit}`
}
