import { createRequire } from 'node:module'
import type pg from 'pg'

/** Loaded when first used: who runs on the embedded database does not pay for it at each start (35 modules, 29 ms, 10 MiB). */
export const loadPg = (): typeof pg => createRequire(import.meta.url)('pg')
