// Tables and times for people.

/** Columns as wide as their widest cell; the last one is not filled up. */
export const formatTable = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** Epoch milliseconds as `2026-11-21 10:49Z`; what is no time, as somebody may have put it into the database, as it is. */
export const formatTime = (at: number): string =>
  Number.isNaN(new Date(at).getTime()) ? `${at}` : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`

/** Bytes as `12.3 MB`. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

/** What users wrote of themselves: without line ends and escape codes, which would forge lines on a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const formatCell = (text: string | null): string => (text ?? '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '�')
