// Settings are checked at start: a wrong one throws and says what would be right (OPS-1).

/** Gives `value` back if it is a whole number within the bounds (both included); throws RangeError otherwise. */
export function requireInteger(setting: string, value: number, bounds: { min: number; max: number }): number {
  if (Number.isInteger(value) && value >= bounds.min && value <= bounds.max) return value
  throw new RangeError(`${setting} is ${value}: set it to a whole number from ${bounds.min} to ${bounds.max}`)
}
