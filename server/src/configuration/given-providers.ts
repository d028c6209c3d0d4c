// What the environment says of the providers that are built in.

export type BuiltIn = 'discord' | 'google' | 'github' | 'oidc'
export type Field = 'clientId' | 'clientSecret' | 'issuer' | 'name'
/** What the environment says of one. */
export type Given = Readonly<Partial<Record<Field, string>>>
export type GivenProviders = Readonly<Partial<Record<BuiltIn, Given>>>

/** The variable of a field. */
export const variableOf = (id: BuiltIn, field: Field): string =>
  `${id.toUpperCase()}_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
