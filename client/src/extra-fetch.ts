// What only some sites need on top of `fetch`. A chunk of its own: loaded where binding or body delivery is wanted.
import type { ClientOptions } from './api.ts'
import { createBoundFetch } from './binding/bound-fetch.ts'
import { createTokenFetch } from './body/token-fetch.ts'
import type { Ports } from './ports.ts'

type Extras = ClientOptions & { readonly app: string; readonly authPath: string }

const made = new WeakMap<Extras, Ports['fetch']>()

/** The `fetch` for these options: the same at each call, since it holds tokens and nonces. */
export function extraFetch(extras: Extras): Ports['fetch'] {
  const { app, authPath, binding, delivery, csrfCookie = `${app}_csrf` } = extras
  let send = made.get(extras)
  if (!send) {
    send = binding ? createBoundFetch(app, authPath) : (request) => fetch(request)
    if (delivery === 'body') send = createTokenFetch({ app, authPath, csrfCookie, send })
    made.set(extras, send)
  }
  return send
}
