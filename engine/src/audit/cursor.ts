/** Where a page of the record ends. */
export type Cursor = { readonly at: number; readonly id: string }

export const cursorOf = ({ at, id }: Cursor): string => `${at}.${id}`

/** Null: the text is no `next`. */
export const parseCursor = (text: string): Cursor | null => {
  const [, at, id] = /^(\d{1,15})\.([A-Za-z0-9_-]{1,64})$/.exec(text) ?? []
  return at && id ? { at: Number(at), id } : null
}
