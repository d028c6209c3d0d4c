// What the provider gave when the application was registered there.
import type { Provider, Reads } from './provider.ts'

export type ProviderOptions = {
  /** Default: `{ID}_CLIENT_ID` of the environment, such as `DISCORD_CLIENT_ID`. */
  readonly clientId?: string | undefined
  /** Default: `{ID}_CLIENT_SECRET` of the environment. */
  readonly clientSecret?: string | undefined
  /** In place of the default ones. */
  readonly scopes?: readonly string[] | undefined
  /** More that applications may ask of it, by name. */
  readonly reads?: Reads | undefined
}

/** `('my-forge', 'CLIENT_ID')` → `MY_FORGE_CLIENT_ID`. */
export const providerVariable = (id: string, suffix: 'CLIENT_ID' | 'CLIENT_SECRET' | 'ISSUER' | 'NAME'): string =>
  `${id.toUpperCase().replaceAll('-', '_')}_${suffix}`

/** What is missing is empty: the check of all settings names it (OPS-1). */
export const credentialsOf = (
  id: string,
  { clientId, clientSecret }: Pick<ProviderOptions, 'clientId' | 'clientSecret'>,
): Pick<Provider, 'clientId' | 'clientSecret'> => ({
  clientId: clientId ?? process.env[providerVariable(id, 'CLIENT_ID')] ?? '',
  clientSecret: clientSecret ?? process.env[providerVariable(id, 'CLIENT_SECRET')] ?? '',
})
