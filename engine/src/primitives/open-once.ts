import { UnavailableError } from './unavailable.ts'

type Acts = Readonly<Record<string, (...input: never[]) => Promise<unknown>>>

export type Opening = {
  /** Opens, or waits for who opens already. What failed is tried again by the next call: a part that was down comes back. */
  ready(): Promise<void>
  isOpen(): boolean
  /** The same acts, each of which waits until all is open. */
  before<Given extends Acts>(acts: Given): Given
  /** Nothing is ready any more. Waits for an opening under way, however it ends. */
  shut(): Promise<void>
}

export const openOnce = (open: () => Promise<void>): Opening => {
  let opening: Promise<void> | undefined
  let isOpen = false
  let isShut = false
  const ready = async () => {
    if (isShut) throw new UnavailableError('the engine is closed')
    opening ??= open().then(
      () => {
        isOpen = true
      },
      (error: unknown) => {
        opening = undefined
        throw error
      },
    )
    await opening
  }
  return {
    ready,
    isOpen: () => isOpen && !isShut,
    before: <Given extends Acts>(acts: Given): Given =>
      Object.fromEntries(
        Object.entries(acts).map(([name, act]) => [
          name,
          async (...input: never[]) => {
            await ready()
            return act(...input)
          },
        ]),
      ) as Given,
    shut: async () => {
      isShut = true
      await opening?.catch(() => {})
    },
  }
}
