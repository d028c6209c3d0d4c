// Whose request it is, for the parameters of a route.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { Required } from '@vigile/engine'

type WhoAsks = Extract<Required, { ok: true }>

/** Not a field of the request: no middleware can write here. */
const known = new WeakMap<object, WhoAsks>()

export const remember = (request: object, who: WhoAsks): void => void known.set(request, who)

const whoAsks = (context: ExecutionContext): WhoAsks => {
  const who = known.get(context.switchToHttp().getRequest<object>())
  if (!who) throw new TypeError(`${context.getHandler().name} is @Public(): nobody was asked who they are`)
  return who
}

/**
 * The user who asks, in a route that is not `@Public()`. There it throws: ask `pageState` of the engine.
 *
 * @example
 * @Get()
 * list(@CurrentUser() user: User) {}
 */
export const CurrentUser = createParamDecorator((_: unknown, context) => whoAsks(context).user)

/**
 * The session by which they ask: when it began, on which device, when they last proved who they are.
 *
 * @example
 * @Get('session')
 * mine(@CurrentSession() session: Session) {}
 */
export const CurrentSession = createParamDecorator((_: unknown, context) => whoAsks(context).session)

/**
 * What they may do in this session, as of now, wildcards among it: to show in an answer. What a route demands is `@RequirePermission()`.
 *
 * @example
 * @Get('mine')
 * mine(@CurrentPermissions() permissions: readonly string[]) {}
 */
export const CurrentPermissions = createParamDecorator((_: unknown, context) => whoAsks(context).permissions)
