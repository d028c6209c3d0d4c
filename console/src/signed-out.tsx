// The entry of the pages for people who are not signed in: small, since it is the first thing that people load (UI-3).
import { ForgotPage } from './forgot/forgot-page.tsx'
import { KeepAccountPage } from './links/keep-account-page.tsx'
import { MagicLinkPage } from './links/magic-link-page.tsx'
import { NotMePage } from './links/not-me-page.tsx'
import { show } from './look/look.tsx'
import { path, paths } from './navigation/routes.ts'
import { ResetPage } from './reset/reset-page.tsx'
import { SecondFactorPage } from './second-factor/second-factor-page.tsx'
import { SignInPage } from './sign-in/sign-in-page.tsx'
import { SignUpPage } from './sign-up/sign-up-page.tsx'
import { VerifyPage } from './verify/verify-page.tsx'

const pages: Readonly<Record<string, () => React.JSX.Element>> = {
  [paths.signUp]: SignUpPage,
  [paths.forgot]: ForgotPage,
  [paths.reset]: ResetPage,
  [paths.verify]: VerifyPage,
  [paths.magicLink]: MagicLinkPage,
  [paths.secondFactor]: SecondFactorPage,
  [paths.notMe]: NotMePage,
  [paths.keepAccount]: KeepAccountPage,
}
const Page = pages[path] ?? SignInPage

void show(<Page />)
