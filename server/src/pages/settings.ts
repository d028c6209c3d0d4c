// What the pages are told, from the engine's options and their defaults.
import type { VigileOptions } from '@vigile/engine'
import type { PageSettings } from './templates.ts'

const hasMail = ({ mail, production = process.env.NODE_ENV === 'production' }: VigileOptions): boolean =>
  Boolean(mail?.url) || !production

export const pageSettings = (options: VigileOptions): PageSettings => ({
  app: options.app ?? 'vigile',
  name: options.name ?? 'Vigile',
  authPath: options.authPath ?? '/api/auth',
  passwordMinimum: options.passwords?.minimumLength ?? 8,
  signUp: options.accounts?.signUp ?? true,
  deletionDelay: options.accounts?.deletionDelay ?? '7d',
  mail: hasMail(options),
  magicLink: options.accounts?.magicLink ?? hasMail(options),
  signInPath: options.signInPath ?? '/sign-in',
  accountPath: '/account',
  delivery: options.delivery ?? 'cookie',
  binding: (options.sessions?.binding ?? 'off') !== 'off',
})
