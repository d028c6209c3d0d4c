// Problem 6: what a manager wrote is shown to everybody in the guild. Text as text, HTML and links through the pipes.
import { DatePipe } from '@angular/common'
import { ChangeDetectionStrategy, Component, effect, inject, input, signal } from '@angular/core'
import { FormsModule } from '@angular/forms'
import { RouterLink } from '@angular/router'
import { SafeHtmlPipe, SafeUrlPipe } from '@vigile/angular'
import { finalize } from 'rxjs'
import { type Announcement, DashboardApi, type Guild } from '../dashboard-api'

const sentences: Readonly<Record<number, string>> = {
  400: 'An announcement has a title of 1 to 100 characters.',
  403: 'Only who manages the guild can announce something.',
  404: 'There is no such guild among yours.',
  429: 'That was a lot at once. Try again in a minute.',
}

@Component({
  selector: 'app-guild',
  imports: [DatePipe, FormsModule, RouterLink, SafeHtmlPipe, SafeUrlPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <a routerLink="/guilds">All your guilds</a>
    @if (problem()) { <p class="notice" role="status">{{ problem() }}</p> }
    @if (guild(); as guild) {
      <h1>{{ guild.name }}</h1>
      @if (guild.canManage) {
        <form class="card" (ngSubmit)="announce()">
          <label>Title <input name="title" [(ngModel)]="title" required maxlength="100" /></label>
          <label>What is new, as HTML <textarea name="html" [(ngModel)]="html" maxlength="8000" rows="3"></textarea></label>
          <label>Link <input name="link" [(ngModel)]="link" maxlength="500" /></label>
          <button type="submit" [disabled]="busy()">Announce</button>
        </form>
      }
      @for (one of announcements(); track one.id) {
        <article class="card">
          <h2>{{ one.title }}</h2>
          <div class="embed" [innerHTML]="one.html | safeHtml"></div>
          @if (one.link) { <a class="more" [href]="one.link | safeUrl" rel="noopener noreferrer">More</a> }
          <footer>{{ one.by }}, {{ one.at | date: 'short' }}</footer>
        </article>
      } @empty { <p>Nothing was announced yet.</p> }
    }`,
})
export class GuildPage {
  readonly id = input.required<string>()
  readonly guild = signal<Guild | undefined>(undefined)
  readonly announcements = signal<readonly Announcement[]>([])
  readonly problem = signal('')
  readonly busy = signal(false)
  readonly #api = inject(DashboardApi)
  title = ''
  html = ''
  link = ''

  constructor() {
    effect(() => this.#load(this.id()))
  }

  announce(): void {
    // The second of a double click comes before the button is drawn anew.
    if (this.busy()) return
    const link = this.link.trim()
    this.busy.set(true)
    const announced = this.#api.announce(this.id(), { title: this.title, html: this.html, ...(link && { link }) })
    announced.pipe(finalize(() => this.busy.set(false))).subscribe({
      next: () => {
        this.title = this.html = this.link = ''
        this.#load(this.id())
      },
      error: ({ status }) => this.problem.set(sentences[status] ?? 'That did not work. Try again.'),
    })
  }

  #load(id: string): void {
    this.#api.guild(id).subscribe({
      next: ({ guild, announcements }) => {
        this.problem.set('')
        this.guild.set(guild)
        this.announcements.set(announcements)
      },
      // What has not the form of a guild's id is no guild.
      error: ({ status }) =>
        this.problem.set(sentences[status === 400 ? 404 : status] ?? 'The dashboard did not answer. Try again.'),
    })
  }
}
