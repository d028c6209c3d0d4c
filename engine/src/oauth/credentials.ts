// What the provider gave when the application was registered there.
import type { Provider, Reads } from './provider.ts'

export type ProviderOptions = {
  /** Default: `{NAME}_CLIENT_ID` of the environment. */
  readonly clientId?: string | undefined
  /** Default: `{NAME}_CLIENT_SECRET` of the environment. */
  readonly clientSecret?: string | undefined
  /** In place of the default ones. */
  readonly scopes?: readonly string[] | undefined
  /** More that applications may ask of it, by name. */
  readonly reads?: Reads | undefined
}

/** What is missing is empty: the check of all settings names it (OPS-1). */
export const credentialsOf = (
  prefix: string,
  { clientId, clientSecret }: ProviderOptions,
): Pick<Provider, 'clientId' | 'clientSecret'> => ({
  clientId: clientId ?? process.env[`${prefix}_CLIENT_ID`] ?? '',
  clientSecret: clientSecret ?? process.env[`${prefix}_CLIENT_SECRET`] ?? '',
})
