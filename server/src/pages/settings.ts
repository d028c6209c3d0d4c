// What the pages are told, from the engine's options and their defaults.
import type { VigileOptions } from '@vigile/engine'
import type { PageSettings } from './templates.ts'

export const pageSettings = (options: VigileOptions): PageSettings => ({
  app: options.app ?? 'vigile',
  name: options.name ?? 'Vigile',
  authPath: options.authPath ?? '/api/auth',
  passwordMinimum: options.passwords?.minimumLength ?? 8,
  signUp: options.accounts?.signUp ?? true,
  mail: Boolean(options.mail?.url) || !(options.production ?? process.env.NODE_ENV === 'production'),
  deletionDelay: options.accounts?.deletionDelay ?? '7d',
  signInPath: options.signInPath ?? '/sign-in',
  accountPath: '/account',
  delivery: options.delivery ?? 'cookie',
  binding: (options.sessions?.binding ?? 'off') !== 'off',
})
