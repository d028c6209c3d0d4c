// What the server tells the page, in a JSON script of the HTML.
import type { Locale } from '@vigile/contract'

export type Provider = {
  readonly id: string
  readonly name: string
  /** It did not answer when this page was made. */
  readonly isDown: boolean
}

export type Settings = {
  /** Base name of the cookies. */
  readonly app: string
  /** The application's name, as people know it. */
  readonly name: string
  readonly authPath: string
  readonly locale: Locale
  /** Characters that a new password needs at least. */
  readonly passwordMinimum: number
  /** Whether anyone may create an account. */
  readonly signUp: boolean
  /** Whether letters reach people: without, nobody can choose a new password by a link. */
  readonly mail: boolean
  /** How long a closed account can be taken back: `7d`. */
  readonly deletionDelay: string
  /** Whether a link to sign in with may be asked for. */
  readonly magicLink: boolean
  readonly signInPath: string
  readonly accountPath: string
  /** Where the access token is: in its cookie, or in memory. */
  readonly delivery: 'cookie' | 'body'
  /** Whether sessions are bound to a key of this browser. */
  readonly binding: boolean
  /** Who else can sign people in here, in the order of the buttons. */
  readonly providers: readonly Provider[]
}

function readSettings(): Settings {
  const text = document.getElementById('vigile-settings')?.textContent
  if (!text?.startsWith('{'))
    throw new Error('The page came without its settings: the server must replace __VIGILE_SETTINGS__.')
  return JSON.parse(text) as Settings
}

export const settings: Settings = readSettings()
