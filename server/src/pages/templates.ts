// The built pages: HTML with placeholders, filled in for each answer.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locale } from '@vigile/contract'
import { htmlAnswer, type PageContext, scriptJson } from './page.ts'

/** What a page is told of this site. */
export type PageSettings = {
  /** Base name of the cookies. */
  readonly app: string
  readonly name: string
  readonly authPath: string
  readonly passwordMinimum: number
  readonly signUp: boolean
  /** Whether letters reach people. */
  readonly mail: boolean
  /** How long a closed account can be taken back: `7d`. */
  readonly deletionDelay: string
  readonly magicLink: boolean
  readonly signInPath: string
  readonly accountPath: string
  /** Where the access token is: in its cookie, or in the page's memory. */
  readonly delivery: 'cookie' | 'body'
  /** Whether sessions are bound to a key of the browser. */
  readonly binding: boolean
}

/** A provider that people can sign in with, as its button shows it. */
export type PageProvider = { readonly id: string; readonly name: string; readonly isDown: boolean }

/** What may be another thing at each answer. */
export type PageNow = { readonly providers: readonly PageProvider[] }

export type Templates = Readonly<Record<'signedOut' | 'account', string | null>>

/** The pages that a folder holds, their files from the CDN if there is one; null for a page that is not built. */
export const readTemplates = async (folder: string, assetsUrl: string | null): Promise<Templates> => ({
  signedOut: await readTemplate(join(folder, 'signed-out.html'), assetsUrl),
  account: await readTemplate(join(folder, 'account.html'), assetsUrl),
})

const readTemplate = async (path: string, assetsUrl: string | null): Promise<string | null> => {
  try {
    return (await readFile(path, 'utf8')).replaceAll('="/assets/', `="${assetsUrl ?? ''}/assets/`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** One pass, so that a value that looks like a placeholder stays what it is. */
const fillTemplate = (
  template: string,
  values: { readonly nonce: string; readonly locale: Locale; readonly settings: PageSettings & PageNow },
): string =>
  template.replace(/__(?:CSP_NONCE|LANG|VIGILE_SETTINGS)__/g, (placeholder) => {
    if (placeholder === '__CSP_NONCE__') return values.nonce
    if (placeholder === '__LANG__') return values.locale
    return scriptJson({ ...values.settings, locale: values.locale })
  })

export const templateAnswer = (
  template: string,
  settings: PageSettings & PageNow,
  context: PageContext,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  htmlAnswer(fillTemplate(template, { nonce: context.nonce, locale: context.locale, settings }), context, 200, headers)
