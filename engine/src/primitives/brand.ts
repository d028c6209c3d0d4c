declare const brand: unique symbol

/** A value that only its own file can mint: `Brand<string, 'UserId'>` is no plain string and no other brand. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }
