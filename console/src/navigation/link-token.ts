// The token of a link from a letter. It came behind `#`: no server saw it. It is taken out of the address at once, so that no
// history, bookmark or screenshot keeps it; a reload keeps it for this tab alone.

const key = 'vigile_link'

/** What stands behind `#` and has the form of a token; a section of the page has not. */
const tokenInAddress = (): string => /^#([A-Za-z0-9_-]{43})$/.exec(location.hash)?.[1] ?? ''

const take = (): string => {
  const fromLink = tokenInAddress()
  if (fromLink === '') return history.state?.[key] ?? ''
  history.replaceState({ ...history.state, [key]: fromLink }, '', location.pathname + location.search)
  return fromLink
}

/** Empty where the page was opened without one. */
export const linkToken: string = take()

// A second link in the same tab changes only what stands behind `#`, and loads nothing: the page would go on with the first one.
addEventListener('hashchange', () => {
  if (tokenInAddress() !== '') location.reload()
})

const deleteAtKey = 'vigile_delete_at'

/** Where a sign-in led to a closed account: when it will be deleted (epoch milliseconds). */
export const toldDeleteAt: number | null = history.state?.[deleteAtKey] ?? null

/** Opens a page with a token that no letter brought: it stays out of the address, as if it had just been taken out of one. */
export function openWithToken(address: string, token: string, deleteAt: number): void {
  history.replaceState({ [key]: token, [deleteAtKey]: deleteAt }, '', address)
  location.reload()
}
