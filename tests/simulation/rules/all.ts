import { grace, parentAndChild, previous, strict } from './others.ts'
import type { Rule } from './rule.ts'
import { vigile } from './vigile.ts'

/** Ours first, then those of others. */
export const rules: readonly Rule[] = [vigile, strict, grace, previous, parentAndChild]
