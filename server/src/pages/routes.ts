// THE table of the pages.
import { type Delivered, type PageState, safeReturnTo } from '@vigile/engine'
import type { PageRoute } from '../http/page-routes.ts'
import type { Docs } from './docs.ts'
import { mailboxAnswer } from './mailbox.ts'
import { noteAnswer } from './note.ts'
import { unavailable, unbuilt } from './notes.ts'
import { type PageContext, redirect } from './page.ts'
import { type PageSettings, type Templates, templateAnswer } from './templates.ts'

export type PageDeps = {
  readonly pageState: (request: Request, returnTo: string) => Promise<PageState>
  /** Null where letters are sent, or none are. */
  readonly mailbox: () => readonly Delivered[] | null
  readonly templates: Templates
  readonly docs: Docs
  readonly settings: PageSettings
  readonly publicUrl: string
}

export const pageRoutes = ({
  pageState,
  mailbox,
  templates,
  docs,
  settings,
  publicUrl,
}: PageDeps): readonly PageRoute[] => {
  const { accountPath, signInPath } = settings
  const page = (name: keyof Templates, context: PageContext) => {
    const template = templates[name]
    return template === null
      ? noteAnswer(unbuilt(context.locale), context)
      : templateAnswer(template, settings, context)
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
        return redirect(safeReturnTo(searchParams.get('returnTo') ?? '', publicUrl) ?? accountPath)
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
    // So too, with the account's own dialog in it: the link alone changes nothing, the script asks for a session.
    {
      path: '/change-email',
      guard: 'anyone',
      limit: 'none',
      answer: (context: PageContext) => page('account', context),
    },
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
