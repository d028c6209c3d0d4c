/** A text that may become another one while the engine runs: ask for it at each use. */
export type Changing = string | (() => string)

export const textNow = (text: Changing): string => (typeof text === 'string' ? text : text())
