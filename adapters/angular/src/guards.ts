// Guards for routes. What they keep from being shown is only hidden: the server decides who gets what.
import { isPlatformServer } from '@angular/common'
import { inject, PLATFORM_ID } from '@angular/core'
import { toObservable } from '@angular/core/rxjs-interop'
import { type CanActivateFn, Router, type UrlTree } from '@angular/router'
import type { Auth } from '@vigile/client/auth-store'
import type { AppPermission } from '@vigile/contract'
import { filter, map, take } from 'rxjs'
import { guards, signInAddress } from './follow-session.ts'
import { provided, type VigileSettings } from './provide-vigile.ts'

/**
 * Lets in whoever is signed in; others go to the sign-in page, which is told why and where to come back to, and so do they when
 * the session ends while they are there. While it cannot be known (no connection, a part is down) the navigation waits.
 *
 * @example
 * { path: 'guilds', component: Guilds, canActivate: [signedIn] }
 */
export const signedIn: CanActivateFn = guard(() => true)

/**
 * Lets in whoever is signed in and holds the permission; who lacks it goes to `deniedPath`.
 *
 * @example
 * { path: 'audit', component: Audit, canActivate: [can('audit:read')] }
 */
export function can(permission: AppPermission): CanActivateFn {
  return guard((auth) => auth.can(permission))
}

function guard(passes: (auth: Auth) => boolean): CanActivateFn {
  const activate: CanActivateFn = (_route, { url }) => {
    // A server knows of nobody: what is guarded is rendered in the browser.
    if (isPlatformServer(inject(PLATFORM_ID))) return false
    const [router, { auth, signInPath, deniedPath }] = [inject(Router), inject(provided)]
    const pathOf = (tree?: UrlTree) => (tree && router.serializeUrl(tree).split(/[?#]/, 1)[0]) ?? ''
    // What the navigation began with, before the routes redirected it.
    const begun = pathOf(router.currentNavigation()?.initialUrl)
    const leadTo = (setting: keyof VigileSettings, tree: UrlTree): UrlTree | false => {
      if (pathOf(tree) !== begun) return tree
      // It would be led there for ever.
      console.error(`provideVigile: ${setting} is guarded itself, and does not open: ${begun}`)
      return false
    }
    return toObservable(auth).pipe(
      filter(({ status }) => status !== 'loading'),
      take(1),
      map((known) => {
        if (known.status === 'signed-out')
          return leadTo('signInPath', signInAddress(router, signInPath, url, known.reason))
        return passes(known) || leadTo('deniedPath', router.parseUrl(deniedPath))
      }),
    )
  }
  guards.add(activate)
  return activate
}
