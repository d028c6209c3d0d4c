import { ChangeDetectionStrategy, Component, signal } from '@angular/core'
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
        <button type="button" class="quiet" (click)="leave()">Sign out</button>
      }
    </header>
    @if (trouble()) { <p class="notice" role="alert">{{ trouble() }}</p> }
    @if (auth().problem) {
      <p class="notice" role="status">The dashboard can't be reached for the moment. You are still signed in.</p>
    }
    <main><router-outlet /></main>`,
})
export class App {
  readonly auth = injectAuth()
  readonly user = injectUser()
  readonly trouble = signal('')
  readonly #client = injectClient()

  async leave(): Promise<void> {
    const left = await this.#client.signOut()
    this.trouble.set(left.ok ? '' : `You are still signed in. ${left.problem.detail}`)
  }
}
