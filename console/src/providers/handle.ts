// The one-time handle that a provider's callback gave to this page. A script of the HTML took it out of the address before
// anything was loaded, into the state of this tab's history entry: good for five minutes, once, in this browser.

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Empty where the page was opened without one. */
export const handle: string = text(history.state?.vigile_handle)

/** Whether the account at the provider was connected from here: a reload, or the back button, must not say otherwise. */
export const wasLinked: boolean = history.state?.vigile_linked === true
export const noteLinked = (): void =>
  history.replaceState({ vigile_linked: true }, '', location.pathname + location.search)

/** Once it is used up, or no good: a reload must not try it again. */
export const forgetHandle = (): void => history.replaceState(null, '', location.pathname + location.search)
