// What happens to the page when the session changes under it (CLI-5).
import { EnvironmentInjector, effect, inject, type Signal, untracked } from '@angular/core'
import { type ActivatedRouteSnapshot, Router, type UrlTree } from '@angular/router'
import type { Auth } from '@vigile/client/auth-store'
import type { SessionEndReason } from '@vigile/contract'

/** The guards that were made here: what they guard is left when the session ends. */
export const guards = new Set<unknown>()

export function signInAddress(
  router: Router,
  signInPath: string,
  returnTo: string,
  reason: SessionEndReason | null,
): UrlTree {
  return router.createUrlTree([signInPath], { queryParams: { ...(reason && { because: reason }), returnTo } })
}

/** Leaves guarded pages at the end of the session, and leaves nothing of one person for the next. */
export function followSession({ auth, signInPath }: { auth: Signal<Auth>; signInPath: string }): void {
  const injector = inject(EnvironmentInjector)
  let person: string | undefined
  effect(() => {
    const { status, user, reason } = auth()
    untracked(() => {
      if (status === 'signed-in') {
        // Another person signed in, in this tab or another one: services hold what the one before loaded.
        if (person && person !== user.id) location.reload()
        person = user.id
      }
      if (status !== 'signed-out') return
      // Asked for late: the router may need what needs the client.
      const router = injector.get(Router, null, { optional: true })
      if (router && isGuarded(router.routerState.snapshot.root))
        void router.navigateByUrl(signInAddress(router, signInPath, router.url, reason), { replaceUrl: true })
    })
  })
}

function isGuarded({ routeConfig, children }: ActivatedRouteSnapshot): boolean {
  const own = [...(routeConfig?.canActivate ?? []), ...(routeConfig?.canActivateChild ?? [])]
  return own.some((each) => guards.has(each)) || children.some(isGuarded)
}
