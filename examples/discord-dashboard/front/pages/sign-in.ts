import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core'
import { toSignal } from '@angular/core/rxjs-interop'
import { injectClient } from '@vigile/angular'
import type { SessionEndReason } from '@vigile/contract'
import { catchError, of } from 'rxjs'
import { DashboardApi } from '../dashboard-api'

const reasons: Readonly<Record<string, string>> = {
  cancelled: 'You did not let Discord tell us who you are.',
  provider_unavailable: 'Discord does not answer. Try again in a while.',
  provider_refused: 'Discord did not accept that. Try again.',
  email_unverified: 'Discord does not vouch for your email. Verify it there, then come back.',
  email_missing: 'Your Discord account has no email. Add one there, then come back.',
  handle: 'That sign-in was used already, too old, or of another browser. Start again.',
}
const ends: Partial<Record<SessionEndReason, string>> = {
  signed_out: 'You are signed out.',
  idle: 'You were away for long. Sign in again.',
  expired: 'You signed in 30 days ago. Sign in again.',
  reuse: 'Somebody else used your session. It was ended to be safe.',
}

const someEnd = 'Your session has ended. Sign in again.'

@Component({
  selector: 'app-sign-in',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="card enter">
      <h1>Your guilds, on one page</h1>
      <p>What is new in each of them, and a place to announce it in those that you manage.</p>
      @if (message()) { <p class="notice" role="status">{{ message() }}</p> }
      @if (status()?.discord === 'down') { <p class="notice" role="status">Discord is not well. Signing in may not work for a while.</p> }
      <a class="button" [href]="start()">Sign in with Discord</a>
    </section>`,
})
export class SignIn {
  /** In the address: where to come back to, and what went wrong on the way. */
  readonly returnTo = input<string>()
  readonly error = input<string>()
  readonly status = toSignal(
    inject(DashboardApi)
      .status()
      .pipe(catchError(() => of(undefined))),
  )
  readonly #ended = injectClient().endReason()
  // A word of the address picks a sentence of ours. It is never shown itself.
  readonly message = computed(() => reasons[this.error() ?? ''] ?? (this.#ended && (ends[this.#ended] ?? someEnd)))
  readonly start = computed(
    () => `/api/auth/oauth/discord?${new URLSearchParams({ returnTo: this.returnTo() ?? '/guilds' })}`,
  )
}
