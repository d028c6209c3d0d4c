// Reads the table of a test: what is down, how, and what each act then answers.
const columns = ['part', 'how', 'check', 'refresh', 'signIn', 'revoke', 'limits', 'ready'] as const

export type Row = Readonly<Record<(typeof columns)[number], string>>

/** The rows of a Markdown table, without its head. */
export const readTable = (text: string): readonly Row[] =>
  text
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => {
      const cells = line.trim().split('|').slice(1, -1)
      if (cells.length !== columns.length) throw new Error(`This row has not ${columns.length} cells: ${line}`)
      return Object.fromEntries(columns.map((column, index) => [column, cells[index]?.trim()])) as Row
    })

/** What a cell of the table asks for; a word that nobody knows is a fault of the table. */
export const expectationOf = <Expectation>(known: Readonly<Record<string, Expectation>>, cell: string): Expectation => {
  const expectation = known[cell]
  if (!expectation) throw new Error(`The table says "${cell}"; known here are: ${Object.keys(known).join('; ')}`)
  return expectation
}
