// Details that tell of a person are kept apart: the deletion of the account takes them away (ACC-7).
const personalDetails: readonly string[] = ['emailHash', 'email', 'name']

type Details = Readonly<Record<string, unknown>>

const isPlain = (value: unknown): value is Details =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const holdsPersonal = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(holdsPersonal)
    : isPlain(value) &&
      Object.entries(value).some(([key, inner]) => personalDetails.includes(key) || holdsPersonal(inner))

/** The details that tell of a person, or the others, as deep as they are; a list that holds one tells of them as a whole. */
export const pickDetails = (details: Details, personal: boolean): Details =>
  Object.fromEntries(
    Object.entries(details).flatMap(([key, value]): [string, unknown][] => {
      const isNamed = personalDetails.includes(key)
      if (!isNamed && isPlain(value) && holdsPersonal(value)) return [[key, pickDetails(value, personal)]]
      return (isNamed || holdsPersonal(value)) === personal ? [[key, value]] : []
    }),
  )

/** The two put together again. */
export const mergeDetails = (details: Details, personal: Details): Details =>
  Object.fromEntries([
    ...Object.entries(details),
    ...Object.entries(personal).map(([key, value]): [string, unknown] => {
      const other = Object.hasOwn(details, key) ? details[key] : undefined
      return [key, isPlain(other) && isPlain(value) ? mergeDetails(other, value) : value]
    }),
  ])
