/** No function, which would have `call`: a stand-in for it could be called nowhere. */
type Holder = object & { readonly call?: never }

/**
 * One of its kind in this process, made when it is first used. Next evaluates a module several times (for pages, routes, the proxy and
 * `instrumentation.ts`, and at each change in development), and also while it builds, where there are no secrets and no database.
 * What is under that name already stays: a changed configuration needs a restart. What is a function itself is held by an object:
 * `shared('database', () => ({ sql: postgres(url) }))`.
 *
 * @example
 * export const auth = shared('auth', () => createVigile({ publicUrl, secrets: process.env.VIGILE_SECRET, permissions }))
 */
export const shared = <Made extends Holder>(name: string, make: () => Made): Made => {
  const key = Symbol.for(`@vigile/next ${name}`)
  const all = globalThis as { [key: symbol]: Made | undefined }
  const made = (): Made => {
    all[key] ??= make()
    return all[key]
  }
  return new Proxy({} as Made, {
    get: (_, property) => {
      const one = made()
      const value: unknown = Reflect.get(one, property)
      // What a class keeps private is there for itself alone, not for this stand-in.
      return typeof value === 'function' && !Object.hasOwn(one, property) ? value.bind(one) : value
    },
    set: (_, property, value) => Reflect.set(made(), property, value),
    has: (_, property) => Reflect.has(made(), property),
  })
}
