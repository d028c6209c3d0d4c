// Which backups stay: the newest of each of the last days, weeks and months that have one.

export type Keep = { readonly days: number; readonly weeks: number; readonly months: number }

export const defaultKeep = '7d,4w,12m'

const limits = { d: 366, w: 520, m: 1_200 } as const

/** `7d,4w,12m`: each at most once, at least one. Null: it is no such text. */
export const parseKeep = (text: string): Keep | null => {
  const found = { d: 0, w: 0, m: 0 }
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, count, unit] = /^(\d{1,4})([dwm])$/.exec(part) ?? []
    const kind = unit as keyof typeof found | undefined
    if (!kind || found[kind] !== 0 || !(Number(count) >= 1 && Number(count) <= limits[kind])) return null
    found[kind] = Number(count)
  }
  return { days: found.d, weeks: found.w, months: found.m }
}

const dayMs = 86_400_000
const dayOf = (at: number) => Math.floor(at / dayMs)
/** From Monday to Sunday; the epoch began on a Thursday. */
const weekOf = (at: number) => Math.floor((dayOf(at) + 3) / 7)
const monthOf = (at: number) => new Date(at).toISOString().slice(0, 7)

/** All that are younger stay: one taken by hand before a risky act does not go with the next. */
const recentMs = 2 * dayMs

/**
 * Those that go. What counts are the days, weeks and months (UTC) that have a backup: where none were taken for long, the old ones
 * stay. So do the newest and those of the two days before it.
 */
export const outdated = <Backup extends { readonly at: number }>(
  backups: readonly Backup[],
  keep: Keep,
): readonly Backup[] => {
  const newestFirst = backups.toSorted((a, b) => b.at - a.at)
  const newestAt = newestFirst[0]?.at ?? 0
  const kept = new Set(newestFirst.filter(({ at }) => newestAt - at < recentMs))
  const keepNewestOf = (count: number, periodOf: (at: number) => number | string) => {
    const periods = Map.groupBy(newestFirst, ({ at }) => periodOf(at))
    for (const [newest] of [...periods.values()].slice(0, count)) if (newest) kept.add(newest)
  }
  keepNewestOf(keep.days, dayOf)
  keepNewestOf(keep.weeks, weekOf)
  keepNewestOf(keep.months, monthOf)
  return newestFirst.filter((backup) => !kept.has(backup))
}
