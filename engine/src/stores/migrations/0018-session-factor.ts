import type { Ddl } from './ddl.ts'

/** Whether a session proved a second factor. Those from before, and of the previous release, count as if they had not. */
export const sessionFactor = ({ flag }: Ddl): readonly string[] => [
  `alter table sessions add column second_factor ${flag} not null default false`,
]
