import { provideHttpClient, withInterceptors } from '@angular/common/http'
import { bootstrapApplication } from '@angular/platform-browser'
import { provideRouter, withComponentInputBinding } from '@angular/router'
import { can, provideVigile, signedIn, vigileInterceptor } from '@vigile/angular'
import { createClient } from '@vigile/client'
import { App } from './app'
import { Callback } from './pages/callback'
import { GuildPage } from './pages/guild-page'
import { GuildsPage } from './pages/guilds-page'
import { SignIn } from './pages/sign-in'

bootstrapApplication(App, {
  providers: [
    // The access token is in this page's memory and nowhere else; the refresh token is in a cookie that script can't read.
    provideVigile(createClient({ app: 'dashboard', delivery: 'body' })),
    provideHttpClient(withInterceptors([vigileInterceptor])),
    provideRouter(
      [
        { path: '', pathMatch: 'full', redirectTo: 'guilds' },
        { path: 'sign-in', component: SignIn },
        { path: 'auth/callback', component: Callback },
        { path: 'guilds', component: GuildsPage, canActivate: [signedIn] },
        { path: 'guilds/:id', component: GuildPage, canActivate: [can('guilds:read')] },
        { path: '**', redirectTo: 'guilds' },
      ],
      withComponentInputBinding(),
    ),
  ],
}).catch((fault: unknown) => console.error(fault))
