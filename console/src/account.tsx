// The entry of /account, and of what else may ask for a sign-in in the account's dialog: a link of a letter, and the way home from
// a provider whose account is to be connected.
import { AccountPage } from './account/account-page.tsx'
import { ChangeEmailPage } from './links/change-email-page.tsx'
import { ClaimPage } from './links/claim-page.tsx'
import { show } from './look/look.tsx'
import { path, paths } from './navigation/routes.ts'
import { LinkPage } from './providers/link-page.tsx'

const pages: Readonly<Record<string, () => React.JSX.Element>> = {
  [paths.changeEmail]: ChangeEmailPage,
  [paths.claim]: ClaimPage,
  [paths.callback]: LinkPage,
}
const Page = pages[path] ?? AccountPage

void show(<Page />)
