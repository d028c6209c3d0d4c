// What a form or an API call says of a product: checked here, whoever sends it.
export type ProductInput = { readonly name: string; readonly description: string; readonly priceCents: number }

export type InputFault = { readonly path: string; readonly message: string }

export type ParsedInput =
  | { readonly ok: true; readonly input: ProductInput }
  | { readonly ok: false; readonly errors: readonly InputFault[] }

const known = ['name', 'description', 'priceCents']

/** Texts lose the spaces around them. What is not known is refused, so that nobody sets what they may not (`isPublished`). */
export const parseProduct = (given: unknown): ParsedInput => {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { ok: false, errors: [{ path: '', message: 'Send an object.' }] }
  const { name, description = '', priceCents } = given as Record<string, unknown>
  const errors: InputFault[] = Object.keys(given)
    .filter((key) => !known.includes(key))
    .map((path) => ({ path, message: 'There is no such field.' }))
  const text = (path: string, value: unknown, [min, max]: [number, number]): string => {
    const trimmed = typeof value === 'string' ? value.trim() : ''
    if (typeof value !== 'string' || trimmed.length < min || trimmed.length > max)
      errors.push({ path, message: `Between ${min} and ${max} characters.` })
    return trimmed
  }
  const input = {
    name: text('name', name, [1, 120]),
    description: text('description', description, [0, 500]),
    priceCents: typeof priceCents === 'number' ? priceCents : Number.NaN,
  }
  if (!Number.isSafeInteger(input.priceCents) || input.priceCents < 0 || input.priceCents > 100_000_000)
    errors.push({ path: 'priceCents', message: 'A price between 0 and 1,000,000.' })
  return errors.length === 0 ? { ok: true, input } : { ok: false, errors }
}

/** As `<input name="price">` writes it: `12.50`. */
export const centsOf = (text: unknown): number =>
  typeof text === 'string' && /^\d{1,7}([.,]\d{1,2})?$/.test(text.trim())
    ? Math.round(Number(text.trim().replace(',', '.')) * 100)
    : Number.NaN
