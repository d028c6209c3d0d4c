/** Who acts when a command or an application calls an act: `{ kind: 'operator', name: 'ada' }`. On record with the act. */
export type Actor = { readonly kind: 'operator' | 'application'; readonly name: string }

/** How the record names an actor: `operator:ada`. */
export const nameActor = ({ kind, name }: Actor): string => `${kind}:${name}`
