// One line of the table of routes: an endpoint with its guard, its limit and its handler.
import { type Endpoint, type EndpointName, endpoints } from '@vigile/contract'
import type { RuleName } from '../limits/rules.ts'
import type { Call } from './call.ts'
import type { Guard } from './guards.ts'
import type { Outcome, Refusal } from './outcome.ts'
import type { Input, InputOf } from './read-input.ts'

/** What counts against a route: a rule by client (which may spare trusted proxies), rules that the handler counts itself, or none. */
export type RouteLimit =
  | { readonly rule: RuleName; readonly sparesProxies?: true }
  | { readonly byHandler: readonly RuleName[] }
  | 'none'

export type Route = {
  readonly name: EndpointName
  readonly endpoint: Endpoint
  readonly guard: Pick<Guard<unknown>, 'name' | 'by'>
  readonly limit: RouteLimit
  /** Answers whether the stores are open or not. */
  readonly withoutStores: boolean
  /** Reached by links and redirects, never by a script: no other origin may read its answer (S-65), and people read its refusals. */
  readonly isNavigation: boolean
  run(call: Call, steps: Steps): Promise<Outcome>
}

/** What the pipeline does between the guard and the handler. */
export type Steps = {
  /** Counts a request that the guard refused; a refusal where those are too many. */
  refused(): Promise<Refusal | null>
  /** Counts against the session, or where there is none the address; then reads and checks the input. */
  admitted(sessionId: string | null): Promise<Input | Refusal>
}

type Definition<Name extends EndpointName, As> = {
  readonly guard: Guard<As>
  readonly limit: RouteLimit
  readonly withoutStores?: true
  readonly isNavigation?: true
  handle(call: Call, as: As, input: InputOf<Name>): Promise<Outcome>
  /** Instead of the refusal of input that has not its form. */
  malformed?(call: Call, refusal: Refusal): Promise<Outcome>
}

/** One line of the table. Throws where the policy is missing (VAL-3): deny by default. */
export const route = <Name extends EndpointName, As>(name: Name, definition: Definition<Name, As>): Route => {
  const { guard, limit, withoutStores = false, isNavigation = false, handle, malformed } = definition
  // VAL-3. The compiler says so already; this is for whoever does not ask it.
  if (!guard || !limit) throw new Error(`the route ${name} has no policy: give it a guard and a limit`)
  return {
    name,
    endpoint: endpoints[name],
    guard,
    limit,
    withoutStores,
    isNavigation,
    run: async (call, steps) => {
      const checked = await guard.check(call)
      if (checked.kind === 'refusal') return (await steps.refused()) ?? checked
      const input = await steps.admitted(checked.sessionId)
      // `admitted` has checked the input against the schemas of this same endpoint.
      if (input.kind === 'input') return handle(call, checked.as, input as InputOf<Name> & Input)
      return malformed && input.code === 'validation_failed' ? malformed(call, input) : input
    },
  }
}
