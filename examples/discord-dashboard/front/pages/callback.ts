// Problem 1: what comes back from Discord is a handle, good once, for five minutes, in this browser. No token is in the address.
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core'
import { ActivatedRoute, Router } from '@angular/router'
import { injectClient } from '@vigile/angular'

@Component({
  selector: 'app-callback',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="card enter">
      @if (mayBeGood()) {
        <p>The dashboard did not answer.</p>
        <button type="button" (click)="exchange()">Try once more</button>
      } @else { <p role="status">One moment…</p> }
    </section>`,
})
export class Callback {
  readonly mayBeGood = signal(false)
  readonly #client = injectClient()
  readonly #router = inject(Router)
  readonly #asked = inject(ActivatedRoute).snapshot.queryParamMap

  constructor() {
    // The handle leaves the address, and with it the history.
    history.replaceState(null, '', location.pathname)
    void this.exchange()
  }

  async exchange(): Promise<void> {
    const error = this.#asked.get('error')
    if (error !== null) return this.#leave('/sign-in', { error })
    this.mayBeGood.set(false)
    const result = await this.#client.enter<{ returnTo?: string; next?: string }>('/exchange-session', {
      sessionId: this.#asked.get('session') ?? '',
    })
    if (result.ok && result.value.next === undefined) return this.#leave(result.value.returnTo ?? '/guilds')
    if (result.ok) return this.#leave('/sign-in')
    const { code, status } = result.problem
    if (code === 'network' || code === 'rate_limited' || status >= 500) return this.mayBeGood.set(true)
    return this.#leave('/sign-in', { error: 'handle' })
  }

  async #leave(path: string, queryParams: Record<string, string> = {}): Promise<void> {
    // A path of this site: the router knows no other.
    const to = this.#router.parseUrl(path)
    Object.assign(to.queryParams, queryParams)
    await this.#router.navigateByUrl(to, { replaceUrl: true })
  }
}
