/** node:sqlite gives rows without a prototype, which some code (and every strict comparison) does not expect. */
export const plain = <Row extends object>(rows: readonly Row[]): Row[] => rows.map((row) => ({ ...row }))
