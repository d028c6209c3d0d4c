import { timingSafeEqual } from 'node:crypto'

/** Whether two texts are equal, in time that depends on their lengths only. */
export const equalInConstantTime = (a: string, b: string): boolean => {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
