import type { Ddl } from './ddl.ts'

/** What a link is about beyond its purpose: the address to change to, or what its letter told of. */
export const letters = (_: Ddl): readonly string[] => ['alter table one_time_tokens add column about text']
