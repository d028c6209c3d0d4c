// What the environment says of providers: of those that are built in, and of those that the configuration file adds.

export type BuiltIn = 'discord' | 'google' | 'github' | 'oidc'
export type Field = 'clientId' | 'clientSecret' | 'issuer' | 'name'
/** What the environment says of one. */
export type Given = Readonly<Partial<Record<Field, string>>>
/** By id. */
export type GivenProviders = Readonly<Record<string, Given>>

/** The variable of a field. */
export const variableOf = (id: string, field: Field): string =>
  `${id.toUpperCase().replaceAll('-', '_')}_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
