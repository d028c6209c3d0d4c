import type { Ddl } from './ddl.ts'

/** For how long a token of a key lives, in seconds: the longest that any node gives. Null: no node of this release has seen the key. */
export const keyLife = ({ time }: Ddl): readonly string[] => [
  `alter table signing_keys add column token_seconds ${time}`,
]
