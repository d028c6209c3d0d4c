// The entry of /account, and of the one link from a letter that may ask for a sign-in in the account's dialog.
import { AccountPage } from './account/account-page.tsx'
import { ChangeEmailPage } from './links/change-email-page.tsx'
import { show } from './look/look.tsx'
import { path, paths } from './navigation/routes.ts'

void show(path === paths.changeEmail ? <ChangeEmailPage /> : <AccountPage />)
