// Whether Discord answers: for the sign-in button, so that nobody is sent to a page that does not come.
import { Controller, Get, Inject } from '@nestjs/common'
import type { Vigile } from '@vigile/engine'
import { Public, VIGILE } from '@vigile/nest'

@Public()
@Controller('status')
export class StatusController {
  readonly #auth: Vigile

  constructor(@Inject(VIGILE) auth: Vigile) {
    this.#auth = auth
  }

  @Get()
  status() {
    const isUp = this.#auth.providers().every(({ state }) => state !== 'open' && state !== 'paused')
    return { discord: isUp ? 'up' : 'down' }
  }
}
