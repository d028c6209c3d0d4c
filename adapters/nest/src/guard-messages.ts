// A hybrid application gives its microservices a configuration of their own, without its global guards, unless it says
// `inheritAppConfig`: the guard of messages is therefore put on the controllers themselves (VAL-3).
import { type CanActivate, UseGuards } from '@nestjs/common'
import type { ModulesContainer } from '@nestjs/core'
import { policyOf } from './policy.ts'

/** A message brings no request of a browser that could be checked. Requests are the global guard's. */
const messageGuard: CanActivate = {
  canActivate: (context) => context.getType() !== 'rpc' || policyOf(context).opens === 'anyone',
}

/** A class may be in several modules, and in several applications of one process. */
const guarded = new WeakSet<object>()

/** Before any microservice is connected, which is when Nest reads what guards a controller. */
export const guardMessages = (modules: ModulesContainer): void => {
  for (const { controllers } of modules.values())
    for (const { metatype } of controllers.values()) {
      if (!metatype || guarded.has(metatype)) continue
      UseGuards(messageGuard)(metatype)
      guarded.add(metatype)
    }
}
