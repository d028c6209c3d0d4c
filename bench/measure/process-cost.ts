// What a process has used so far, as the kernel counts it (Linux, /proc): CPU time in 10 ms ticks, memory.
import { readdirSync, readFileSync } from 'node:fs'

const microsPerTick = 10_000

/** The figures of a `/proc/PID/stat` line: a command's name may hold spaces and brackets, so they start after the last one. */
export const parseStat = (line: string): { readonly parent: number; readonly own: number; readonly ended: number } => {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const ticks = (index: number) => Number(fields[index]) * microsPerTick
  return { parent: Number(fields[1]), own: ticks(11) + ticks(12), ended: ticks(13) + ticks(14) }
}

const read = (pid: number | string) => {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return null
  }
}

/** CPU microseconds of a process, all its threads included, user and system. */
export const cpuOf = (pid: number): number => read(pid)?.own ?? 0

/** The same with its children, those that have ended included: PostgreSQL has a process for each connection. */
export const cpuOfFamily = (pid: number): number => {
  const root = read(pid)
  const children = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (read(name) ?? []) : []))
  return children
    .filter(({ parent }) => parent === pid)
    .reduce((sum, { own }) => sum + own, (root?.own ?? 0) + (root?.ended ?? 0))
}

/** Resident memory now, and the most it ever was, in MiB. */
export const memoryOf = (pid: number): { readonly now: number; readonly peak: number } =>
  parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8'))

export const parseMemory = (status: string): { readonly now: number; readonly peak: number } => {
  const mib = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { now: mib('VmRSS'), peak: mib('VmHWM') }
}
