import { ChangeDetectionStrategy, Component } from '@angular/core'
import { RouterLink, RouterOutlet } from '@angular/router'
import { injectAuth, injectClient, injectUser } from '@vigile/angular'

@Component({
  selector: 'app-root',
  imports: [RouterLink, RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <header>
      <a routerLink="/guilds" class="brand">Guild dashboard</a>
      @if (user(); as user) {
        <span class="who">{{ user.name ?? user.email }}</span>
        <button type="button" class="quiet" (click)="client.signOut()">Sign out</button>
      }
    </header>
    @if (auth().problem) {
      <p class="notice" role="status">The dashboard can't be reached for the moment. You are still signed in.</p>
    }
    <main><router-outlet /></main>`,
})
export class App {
  readonly auth = injectAuth()
  readonly user = injectUser()
  readonly client = injectClient()
}
