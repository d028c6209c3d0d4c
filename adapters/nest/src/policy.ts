// What a route demands. Without a word of its own: a session (VAL-3).
import { type ExecutionContext, SetMetadata } from '@nestjs/common'
import type { AppPermission } from '@vigile/contract'
import type { RequireOptions as EngineOptions } from '@vigile/engine'

/** `recentSignIn`: a change also needs a sign-in of the last ten minutes (`sessions.recentLife` of `createVigile`). */
export type RequireOptions = Pick<EngineOptions, 'recentSignIn'>

export type Policy =
  | { readonly opens: 'anyone' }
  | { readonly opens: 'session' }
  | { readonly opens: 'permission'; readonly permission: AppPermission; readonly options: RequireOptions }

const policyKey = 'vigile:policy'

const ownPolicy = (place: object): Policy | undefined => Reflect.getOwnMetadata(policyKey, place)

/** What a class says, or the nearest of those that it extends: but none is open because its base is (VAL-3). */
const classPolicy = (place: object): Policy | undefined => {
  const own = ownPolicy(place)
  if (own) return own
  for (let base = Object.getPrototypeOf(place); base; base = Object.getPrototypeOf(base)) {
    const inherited = ownPolicy(base)
    if (inherited && inherited.opens !== 'anyone') return inherited
  }
  return undefined
}

/** What is said at the route counts, then what its controller says. */
export const policyOf = (asked: Pick<ExecutionContext, 'getHandler' | 'getClass'>): Policy =>
  ownPolicy(asked.getHandler()) ?? classPolicy(asked.getClass()) ?? { opens: 'session' }

/** On a class it is for all routes of the class that say nothing themselves. */
const decide =
  (policy: Policy): MethodDecorator & ClassDecorator =>
  (target: object, name?: string | symbol, descriptor?: PropertyDescriptor) => {
    const place = descriptor?.value ?? target
    // One of two would win, and a reader could not tell which.
    if (Reflect.hasOwnMetadata(policyKey, place))
      throw new TypeError(
        `${String(name ?? (target as { name?: string }).name)} has two of @Public and @RequirePermission`,
      )
    SetMetadata(policyKey, policy)(place)
  }

/**
 * Opens a route, or all of a controller, to everyone. A `@RequirePermission()` on one of its routes still holds. A class that extends
 * an open one is open only where it says so itself.
 *
 * @example
 * @Public()
 * @Get('catalogue')
 * list() {}
 */
export const Public = () => decide({ opens: 'anyone' })

/**
 * Lets a route, or all of a controller, be used by those alone who hold a permission now, by name or by a wildcard; a change needs the
 * CSRF token as well. What is nearest to the route counts. A permission that was not declared throws at its first use.
 *
 * @example
 * @RequirePermission('products:publish', { recentSignIn: true })
 * @Post(':id/publish')
 * publish(@CurrentUser() user: User) {}
 */
export const RequirePermission = (permission: AppPermission, options: RequireOptions = {}) =>
  decide({ opens: 'permission', permission, options })
