import { isPlatformServer } from '@angular/common'
import {
  DestroyRef,
  type EnvironmentProviders,
  InjectionToken,
  inject,
  makeEnvironmentProviders,
  PLATFORM_ID,
  provideEnvironmentInitializer,
  type Signal,
  signal,
} from '@angular/core'
import type { Client } from '@vigile/client'
import { type Auth, authStoreOf, loading } from '@vigile/client/auth-store'
import { followSession } from './follow-session.ts'

export type VigileSettings = {
  /** Where the guards send whoever is signed out, with the reason (`because`) and the way back (`returnTo`). Default `/sign-in`. */
  readonly signInPath?: string
  /** Where `can` sends whoever lacks the permission. Default `/`. */
  readonly deniedPath?: string
}

export type Provided = Required<VigileSettings> & { readonly client: Client; readonly auth: Signal<Auth> }

export const provided = new InjectionToken<Provided>('provideVigile(client)')

/**
 * Tells the application who is signed in. Make the client once, outside of all components.
 *
 * @example
 * bootstrapApplication(App, {
 *   providers: [provideVigile(createClient()), provideHttpClient(withInterceptors([vigileInterceptor]))],
 * })
 */
export function provideVigile(client: Client, settings: VigileSettings = {}): EnvironmentProviders {
  return makeEnvironmentProviders([
    {
      provide: provided,
      useFactory: (): Provided => ({
        signInPath: '/sign-in',
        deniedPath: '/',
        ...settings,
        client,
        auth: followStore(client),
      }),
    },
    provideEnvironmentInitializer(() => followSession(inject(provided))),
  ])
}

/** On a server nobody is known, and the first rendering in the browser is the same. */
function followStore(client: Client): Signal<Auth> {
  if (isPlatformServer(inject(PLATFORM_ID))) return signal(loading).asReadonly()
  const store = authStoreOf(client)
  const auth = signal(store.read())
  inject(DestroyRef).onDestroy(store.subscribe(() => auth.set(store.read())))
  return auth.asReadonly()
}
