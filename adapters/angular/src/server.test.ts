// On a server: nobody is known, nothing is asked, nothing is guarded open.
import '@angular/compiler'
import { DOCUMENT } from '@angular/common'
import { HttpRequest, HttpResponse } from '@angular/common/http'
import {
  createEnvironmentInjector,
  createPlatformFactory,
  PLATFORM_ID,
  platformCore,
  provideZonelessChangeDetection,
  runInInjectionContext,
  ɵINJECTOR_SCOPE as scope,
} from '@angular/core'
import type { Client } from '@vigile/client'
import { firstValueFrom, of } from 'rxjs'
import { expect, test, vi } from 'vitest'
import { can, signedIn } from './guards.ts'
import { injectAuth, injectUser } from './inject.ts'
import { vigileInterceptor } from './interceptor.ts'
import { provideVigile } from './provide-vigile.ts'

test('CLI-5 CLI-7 on a server everything is "not known yet": guards let nobody in, and requests go as they are', async () => {
  const client = { me: vi.fn(), fetch: vi.fn(), onSessionEnd: vi.fn(), onSessionStart: vi.fn(), endReason: vi.fn() }
  const platform = createPlatformFactory(platformCore, 'server of a test')()
  const location = { origin: 'http://localhost' }
  const injector = createEnvironmentInjector(
    [
      { provide: scope, useValue: 'root' },
      { provide: PLATFORM_ID, useValue: 'server' },
      { provide: DOCUMENT, useValue: { baseURI: 'http://localhost/', location } },
      provideZonelessChangeDetection(),
      provideVigile(client as unknown as Client),
    ],
    platform.injector as Parameters<typeof createEnvironmentInjector>[1],
  )
  const answer = new HttpResponse({ body: 'as it was' })
  const [auth, user, guards, passed] = runInInjectionContext(injector, () => [
    injectAuth()(),
    injectUser()(),
    [signedIn, can('users:read')].map((guard) => guard({} as never, { url: '/in' } as never)),
    vigileInterceptor(new HttpRequest('GET', '/api/guilds'), () => of(answer)),
  ])
  expect([auth.status, user, guards]).toEqual(['loading', null, [false, false]])
  expect(await firstValueFrom(passed)).toBe(answer)
  for (const asked of Object.values(client)) expect(asked).not.toHaveBeenCalled()
  platform.destroy()
})
