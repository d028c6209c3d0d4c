import { computed, inject, type Signal } from '@angular/core'
import type { Client } from '@vigile/client'
import type { Auth } from '@vigile/client/auth-store'
import type { User } from '@vigile/contract'
import { provided } from './provide-vigile.ts'

/**
 * Who is signed in, followed in whichever tab it changes. Looking at `status` tells TypeScript what else is there: with
 * `signed-in` there is a `user`. `loading` with a `problem` is "not known for the moment", never "signed out".
 *
 * @example
 * readonly auth = injectAuth()
 * // @if (auth().can('guilds:manage')) { … }   what that hides is only hidden: the server decides
 */
export function injectAuth(): Signal<Auth> {
  return inject(provided).auth
}

/** The user, or null while nobody is signed in or nothing is known. */
export function injectUser(): Signal<User | null> {
  const auth = injectAuth()
  return computed(() => auth().user)
}

/** The client, for its acts: `signIn`, `signOut`, `enter`, … */
export function injectClient(): Client {
  return inject(provided).client
}
