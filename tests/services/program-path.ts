// The path of a program that a test service needs; says how to get it when it is missing.
import { findProgram } from '../../scripts/programs.mjs'

export function programPath(name: string): string {
  const path = findProgram(name)
  if (!path) throw new Error(`${name} is not installed: run npm test once, it installs it or says how`)
  return path
}
