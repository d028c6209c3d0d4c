// The entry of /account.
import { AccountPage } from './account/account-page.tsx'
import { show } from './look/look.tsx'

void show(<AccountPage />)
