// Runs in the browser: an application in Angular, compiled there.
import '@angular/compiler'
import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http'
import { Component, inject } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { ActivatedRoute, NavigationStart, provideRouter, Router, RouterOutlet } from '@angular/router'
import { createClient } from '@vigile/client'
import { catchError, firstValueFrom, map, of, toArray } from 'rxjs'
import {
  can,
  injectAuth,
  injectClient,
  injectUser,
  provideVigile,
  signedIn,
  type VigileSettings,
  vigileInterceptor,
} from './index.ts'

/** What the test sees of the application. */
export type Page = {
  goTo(path: string): void
  /** The status and body of each answer, as HttpClient gives them. */
  ask(...asked: Question[]): Promise<Heard[]>
  /** Unsubscribes at once. */
  askAndLeave(url: string): void
  client: ReturnType<typeof injectClient>
  /** How many navigations began. */
  navigations(): number
}
type Question = {
  url: string
  method?: string
  body?: unknown
  responseType?: 'json' | 'text'
  headers?: Record<string, string[]>
  redirect?: RequestRedirect
  timeout?: number
}
export type Heard = { status: number; ok: boolean; body: unknown; kind: string; events: number }

declare global {
  var angular: Page
  /** What has been on the screen, without repetitions, in its order. */
  var screens: string[]
  /** What a test sets before the page is loaded: where guards lead to. */
  var settings: VigileSettings | undefined
}
globalThis.screens = []
const seen = (text: string) => {
  if (screens.at(-1) !== text) screens.push(text)
  return text
}

@Component({ template: '{{ text() }}' })
class Open {
  readonly auth = injectAuth()
  readonly user = injectUser()
  text = () => seen(`open: ${this.user()?.email ?? this.auth().reason ?? this.auth().status}`)
}

@Component({ template: '{{ text() }} <input>' })
class Guarded {
  readonly user = injectUser()
  text = () => seen(`in: ${this.user()?.email}`)
}

@Component({ template: '{{ text() }}' })
class SignIn {
  readonly asked = inject(ActivatedRoute).snapshot.queryParamMap
  text = () => seen(`sign in: ${this.asked.get('because') ?? '-'} ${this.asked.get('returnTo')}`)
}

@Component({
  selector: 'app-root',
  template: '<p>{{ problem() }}</p><main><router-outlet /></main>',
  imports: [RouterOutlet],
})
class App {
  readonly auth = injectAuth()
  readonly client = injectClient()
  readonly http = inject(HttpClient)
  readonly router = inject(Router)
  problem = () => this.auth().problem?.code ?? 'fine'

  constructor() {
    let navigations = 0
    this.router.events.subscribe((event) => {
      if (event instanceof NavigationStart) navigations += 1
    })
    globalThis.angular = {
      client: this.client,
      navigations: () => navigations,
      goTo: (path) => void this.router.navigateByUrl(path),
      ask: (...all) => Promise.all(all.map((asked) => firstValueFrom(this.hear(asked)))),
      askAndLeave: (url) => this.http.get(url).subscribe().unsubscribe(),
    }
  }

  hear({ url, method = 'GET', responseType = 'json', ...more }: Question) {
    return this.http.request(method, url, { ...more, responseType, observe: 'events' }).pipe(
      toArray(),
      catchError((error) => of([error])),
      map((events): Heard => {
        const last = events.at(-1)
        const { status, ok, body, error } = last
        return {
          status,
          ok,
          body: body ?? (error instanceof Error ? error.name : error),
          kind: last.constructor.name,
          events: events.length,
        }
      }),
    )
  }
}

await bootstrapApplication(App, {
  providers: [
    provideVigile(createClient(), { signInPath: '/enter', deniedPath: '/open', ...globalThis.settings }),
    provideHttpClient(withInterceptors([vigileInterceptor])),
    provideRouter([
      { path: 'open', component: Open },
      { path: 'in', canActivate: [signedIn], children: [{ path: ':page', component: Guarded }] },
      { path: 'may', component: Guarded, canActivate: [can('users:delete')] },
      { path: 'home', redirectTo: 'may' },
      { path: 'enter', component: SignIn },
    ]),
  ],
})
