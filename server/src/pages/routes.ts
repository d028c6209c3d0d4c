// THE table of the pages.
import { type Delivered, type PageState, safeReturnTo } from '@vigile/engine'
import type { PageRoute } from '../http/page-routes.ts'
import type { Docs } from './docs.ts'
import { mailboxAnswer } from './mailbox.ts'
import { noteAnswer } from './note.ts'
import { unavailable, unbuilt } from './notes.ts'
import { type PageContext, redirect } from './page.ts'
import { type PageProvider, type PageSettings, type Templates, templateAnswer } from './templates.ts'

export type PageDeps = {
  readonly pageState: (request: Request, returnTo: string) => Promise<PageState>
  /** Null where letters are sent, or none are. */
  readonly mailbox: () => readonly Delivered[] | null
  readonly templates: Templates
  readonly docs: Docs
  readonly settings: PageSettings
  /** As they are now. */
  readonly providers: () => readonly PageProvider[]
  readonly publicUrl: string
}

export const pageRoutes = ({
  pageState,
  mailbox,
  templates,
  docs,
  settings,
  providers,
  publicUrl,
}: PageDeps): readonly PageRoute[] => {
  const { accountPath, signInPath } = settings
  const page = (name: keyof Templates, context: PageContext, headers?: Readonly<Record<string, string>>) => {
    const template = templates[name]
    return template === null
      ? noteAnswer(unbuilt(context.locale), context)
      : templateAnswer(template, { ...settings, providers: providers() }, context, headers)
  }

  const front = async (context: PageContext) => {
    const { state } = await pageState(context.request, accountPath)
    if (state === 'unknown') return noteAnswer(unavailable(context.locale), context)
    return redirect(state === 'signed_out' ? signInPath : accountPath)
  }

  const signIn = async (context: PageContext) => {
    const { searchParams } = context.url
    // With `because` the page before has seen the end of the session: going back there could go round in circles.
    // "Ask" shows the page as well: renewing here, after a renewal that failed, would go round too.
    if (!searchParams.has('because')) {
      const { state } = await pageState(context.request, accountPath)
      if (state === 'signed_in')
        return redirect(safeReturnTo(searchParams.get('returnTo') ?? '', publicUrl, settings.authPath) ?? accountPath)
    }
    return page('signedOut', context)
  }

  return [
    { path: '/', guard: 'anyone', limit: 'none', answer: front },
    { path: '/sign-in', guard: 'anyone', limit: 'none', answer: signIn },
    { path: '/sign-up', guard: 'anyone', limit: 'none', answer: signIn },
    // Behind links of letters. Whoever is signed in sees them too: a new password is for the account that the letter was for.
    ...[
      '/forgot-password',
      '/reset-password',
      '/verify-email',
      '/magic-link',
      '/second-factor',
      '/not-me',
      '/keep-account',
    ].map((path) => ({
      path,
      guard: 'anyone' as const,
      limit: 'none' as const,
      answer: (context: PageContext) => page('signedOut', context),
    })),
    // Where people come home to from a provider. To connect an account there, the page needs the account's own dialog. What the
    // address held is not to be told to anyone, before the script has taken it out (COOK-1).
    {
      path: '/auth/callback',
      guard: 'anyone',
      limit: 'none',
      answer: (context: PageContext) =>
        page(context.url.searchParams.has('link') ? 'account' : 'signedOut', context, {
          'Referrer-Policy': 'no-referrer',
        }),
    },
    // Behind a link of a letter, or that of the first start, with that dialog too: the link alone changes nothing, the script asks for a
    // session.
    ...['/change-email', '/claim'].map((path) => ({
      path,
      guard: 'anyone' as const,
      limit: 'none' as const,
      answer: (context: PageContext) => page('account', context),
    })),
    // In body delivery a page's request carries no access token: the page is the same for everybody, and its script asks.
    {
      path: '/account',
      guard: settings.delivery === 'body' ? 'anyone' : 'session',
      limit: 'none',
      answer: (context: PageContext) => page('account', context),
    },
    {
      path: '/mailbox',
      guard: 'anyone',
      limit: 'none',
      answer: (context: PageContext) => mailboxAnswer(mailbox(), publicUrl, context),
    },
    { path: '/docs', guard: 'anyone', limit: 'none', answer: (context) => docs.answer(context) },
  ]
}
