// The entry of the pages for people who are not signed in: small, since it is the first thing that people load (UI-3). What lies
// behind a link, or behind a provider, comes when it is asked for.
import type { ReactNode } from 'react'
import { show } from './look/look.tsx'
import { path, paths } from './navigation/routes.ts'
import { SignInPage } from './sign-in/sign-in-page.tsx'
import { SignUpPage } from './sign-up/sign-up-page.tsx'

type Page = () => ReactNode

const pages: Readonly<Record<string, () => Promise<Page>>> = {
  [paths.forgot]: async () => (await import('./forgot/forgot-page.tsx')).ForgotPage,
  [paths.reset]: async () => (await import('./reset/reset-page.tsx')).ResetPage,
  [paths.verify]: async () => (await import('./verify/verify-page.tsx')).VerifyPage,
  [paths.magicLink]: async () => (await import('./links/magic-link-page.tsx')).MagicLinkPage,
  [paths.secondFactor]: async () => (await import('./second-factor/second-factor-page.tsx')).SecondFactorPage,
  [paths.notMe]: async () => (await import('./links/not-me-page.tsx')).NotMePage,
  [paths.keepAccount]: async () => (await import('./links/keep-account-page.tsx')).KeepAccountPage,
  [paths.callback]: async () => (await import('./providers/callback-page.tsx')).CallbackPage,
}

const main = async (): Promise<void> => {
  const Page = path === paths.signUp ? SignUpPage : ((await pages[path]?.()) ?? SignInPage)
  await show(<Page />)
}

void main()
