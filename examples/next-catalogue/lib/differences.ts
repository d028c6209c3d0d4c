type Fields = Readonly<Record<string, unknown>>

/** What an entry of the record tells, a line a field: `priceCents: 1250 → 1300`; of a refusal its reason. */
export const differences = ({ before, after, ...rest }: Fields): readonly string[] => {
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => was[name] !== is[name])
  return [
    ...names.map((name) => `${name}: ${textOf(was[name])} → ${textOf(is[name])}`),
    ...Object.entries(rest).map(([name, value]) => `${name}: ${textOf(value)}`),
  ]
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

const textOf = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)
