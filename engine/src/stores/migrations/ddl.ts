/** The words in which the two dialects differ when a table is made. */
export type Ddl = {
  /** Epoch milliseconds. */
  readonly time: string
  readonly flag: string
  /** What follows the closing parenthesis of a table. */
  readonly tableEnd: string
  /** After a column of an index: texts are in the order of their bytes, in which those that begin alike are together. */
  readonly byBytes: string
  /** The least of some expressions that are never null. */
  readonly firstOf: (expressions: readonly string[]) => string
}

// A STRICT table refuses a value of another type, and knows `integer` (64 bits), not `bigint`.
export const sqliteDdl: Ddl = {
  time: 'integer',
  flag: 'integer',
  tableEnd: 'strict',
  byBytes: '',
  firstOf: (expressions) => `min(${expressions.join(', ')})`,
}

export const postgresDdl: Ddl = {
  time: 'bigint',
  flag: 'boolean',
  tableEnd: '',
  byBytes: ' text_pattern_ops',
  firstOf: (expressions) => `least(${expressions.join(', ')})`,
}
