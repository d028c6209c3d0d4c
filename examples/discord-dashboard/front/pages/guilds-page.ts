import { DatePipe } from '@angular/common'
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core'
import { RouterLink } from '@angular/router'
import { DashboardApi, type GuildList } from '../dashboard-api'

@Component({
  selector: 'app-guilds',
  imports: [DatePipe, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="head">
      <h1>Your guilds</h1>
      <button type="button" class="quiet" (click)="load()">Look again</button>
    </div>
    @switch (list()?.state) {
      @case ('old') { <p class="notice" role="status">Discord does not answer. This is your list as of {{ list()?.asOf | date: 'short' }}.</p> }
      @case ('unavailable') { <p class="notice" role="status">Discord does not answer, and we don't know your guilds yet. Everything else works.</p> }
      @case ('consent_needed') {
        <p class="notice" role="status">Discord no longer lets us see your guilds.
          <a href="/api/auth/oauth/discord?again=1&returnTo=%2Fguilds">Sign in with Discord again</a></p>
      }
    }
    @if (failed()) { <p class="notice" role="status">The dashboard did not answer. Look again in a moment.</p> }
    <ul class="guilds">
      @for (guild of list()?.guilds; track guild.id) {
        <li><a class="card" [routerLink]="['/guilds', guild.id]">
          @if (guild.icon; as icon) { <img class="icon" [src]="icon" alt="" /> }
          @else { <span class="icon" aria-hidden="true">{{ guild.name.slice(0, 1) }}</span> }
          <span class="name">{{ guild.name }}</span>
          @if (guild.canManage) { <small>you manage it</small> }
        </a></li>
      }
    </ul>`,
})
export class GuildsPage {
  readonly list = signal<GuildList | undefined>(undefined)
  readonly failed = signal(false)
  readonly #api = inject(DashboardApi)

  constructor() {
    this.load()
  }

  load(): void {
    this.#api.guilds().subscribe({
      next: (list) => {
        this.failed.set(false)
        this.list.set(list)
      },
      error: () => this.failed.set(true),
    })
  }
}
