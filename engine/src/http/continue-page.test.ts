import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { continuePage } from './continue-page.ts'
import { safeReturnTo } from './return-to.ts'

const site = 'https://shop.example.com'
const settings = {
  app: 'vigile',
  authPath: '/api/auth',
  csrfCookie: '__Host-vigile_csrf',
  signInPath: '/sign-in',
  returnTo: '/orders?page=2',
  noSessionCookie: '__Host-vigile_hint=0; Max-Age=600; Path=/; Secure; SameSite=Lax',
  bound: false,
}
const pageFor = (returnTo = settings.returnTo, locale: 'en' | 'fr' = 'en') => {
  const { html = '', headers } = continuePage(locale, { ...settings, returnTo })
  return { html, policy: headers?.['Content-Security-Policy'] ?? '' }
}
const embedded = (html: string) =>
  /<script type="application\/json" id="settings">(.*?)<\/script>/s.exec(html)?.[1] ?? ''

describe('the bounce page', () => {
  test('S-50 S-51 HDR-1 its policy names two nonces’ worth of inline code, and no more', () => {
    const { html, policy } = pageFor()
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
    expect(nonce).toMatch(/^[\w-]{22}$/)
    expect(policy).toBe(
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    expect(pageFor().policy).not.toBe(policy)
    expect([...html.matchAll(/<(script|style)\b([^>]*)>/g)].map(([, , attributes]) => attributes)).toEqual([
      ` nonce="${nonce}"`,
      ' type="application/json" id="settings"',
      ` nonce="${nonce}"`,
    ])
    expect(html).not.toMatch(/\son\w+\s*=\s*["']|javascript:|style="/)
  })

  test('I18N-1 it speaks the reader’s language', () => {
    expect(pageFor('/', 'fr').html).toContain('<html lang="fr">')
    expect(pageFor('/', 'fr').html).toContain('Nous vous ramenons où vous étiez…')
  })

  test.each([
    '/</script><script>alert(1)</script>',
    '/<!--<script>',
    '/"><img src=x onerror=alert(1)>',
    "/'-alert(1)-'",
    '/\u2028alert(1)\u2029',
    '/{{constructor.constructor("alert(1)")()}}',
    '/&lt;script&gt;',
    '/?a=</SCRIPT >&b=$&',
  ])('S-55 no script by way of the place to go back to: %j', (path) => {
    // As it comes through the check, and as it would come if it were not encoded there.
    for (const returnTo of [safeReturnTo(path, site) ?? '', path]) {
      const { html } = pageFor(returnTo)
      expect(html.match(/<\/?script/gi)).toHaveLength(4)
      expect(html).not.toMatch(/<(img|!--)/)
      expect(embedded(html)).not.toContain('<')
      expect(JSON.parse(embedded(html)).returnTo).toBe(returnTo)
    }
  })
})

type Sent = { readonly path: string; readonly body: unknown; readonly csrf: string | undefined }
type Answers = readonly (readonly [status: number, body?: object] | 'fails')[]

/** The page's script in a browser of cardboard: what it asks, where it goes, what it shows. */
const visit = async (
  answers: Answers,
  given: { referrer?: string; type?: string; cookie?: string; locks?: object; signsIn?: string } = {},
) => {
  const sent: Sent[] = []
  const gone: string[] = []
  const left = [...answers]
  const settled = Promise.withResolvers<void>()
  let visible = ''
  let again = (): unknown => undefined
  const { html } = pageFor()
  const script = /<script nonce="[^"]+">(.*?)<\/script>/s.exec(html)?.[1] ?? ''
  const written: string[] = []
  let cookie = given.cookie ?? 'a=b; __Host-vigile_csrf=token-1; c=d'
  const context = createContext({
    document: {
      referrer: given.referrer ?? 'https://mail.example/',
      get cookie() {
        return cookie
      },
      set cookie(line: string) {
        written.push(line)
      },
      getElementById: (id: string) => ({
        textContent: embedded(html),
        set hidden(isHidden: boolean) {
          if (isHidden) return
          visible = id
          if (id === 'unavailable') settled.resolve()
        },
        addEventListener: (_: string, listener: () => unknown) => {
          again = listener
        },
      }),
    },
    location: {
      origin: site,
      pathname: '/api/auth/continue',
      replace: (to: string) => {
        gone.push(to)
        settled.resolve()
      },
    },
    navigator: { locks: given.locks },
    performance: { getEntriesByType: () => [{ type: given.type ?? 'navigate' }] },
    AbortSignal,
    fetch: async (path: string, init: { body?: string; headers: Record<string, string> }) => {
      sent.push({ path, body: init.body && JSON.parse(init.body), csrf: init.headers['X-CSRF-Token'] })
      const answer = left.shift() ?? 'fails'
      if (answer === 'fails') throw new TypeError('Failed to fetch')
      if (given.signsIn === path) cookie = '__Host-vigile_csrf=newer'
      const [status, body] = answer
      return { ok: status < 300, status, json: async () => body ?? JSON.parse('<html>') }
    },
  })
  runInContext(script, context)
  await settled.promise
  return { sent, gone, written, visible: () => visible, again: () => again() }
}

describe('its script', () => {
  test('COOK-3 renews the session and goes on', async () => {
    const { sent, gone } = await visit([[200, {}]])
    expect(sent).toEqual([{ path: '/api/auth/refresh', body: {}, csrf: 'token-1' }])
    expect(gone).toEqual(['/orders?page=2'])
  })

  test('a token that is refused is fetched anew, once', async () => {
    const { sent, gone } = await visit([
      [403, { code: 'csrf_failed' }],
      [200, { csrfToken: 'token-2' }],
      [200, {}],
    ])
    expect(sent.map(({ path, csrf }) => [path, csrf])).toEqual([
      ['/api/auth/refresh', 'token-1'],
      ['/api/auth/csrf', undefined],
      ['/api/auth/refresh', 'token-2'],
    ])
    expect(gone).toEqual(['/orders?page=2'])
  })

  test('a stale token: it asks again with the fingerprint', async () => {
    const { sent, gone } = await visit([
      [409, { code: 'stale_token', fingerprint: 'f1' }],
      [200, {}],
    ])
    expect(sent.map(({ body }) => body)).toEqual([{}, { retry: 'f1' }])
    expect(gone).toEqual(['/orders?page=2'])
  })

  test.each(['session_ended', 'invalid_token', 'unauthenticated'])(
    'a clear end (%s): it cleans up, then sign-in',
    async (code) => {
      const { sent, gone } = await visit([
        [401, { code, fingerprint: 'f1', reason: 'idle' }],
        [204, {}],
      ])
      expect(sent.at(-1)).toEqual({ path: '/api/auth/logout', body: { only: 'f1' }, csrf: 'token-1' })
      expect(gone).toEqual(['/sign-in?returnTo=%2Forders%3Fpage%3D2&because=idle'])
    },
  )

  test('attack: a hint that a sister domain planted leads here once, and not from every page; a sign-in meanwhile is kept', async () => {
    const nobody: Answers = [
      [401, { code: 'unauthenticated', fingerprint: '' }],
      [204, {}],
    ]
    for (const cookie of ['vigile_hint=1', 'vigile_hint=1; __Host-vigile_csrf=planted'])
      expect((await visit(nobody, { cookie })).written).toEqual([settings.noSessionCookie])
    expect((await visit(nobody, { signsIn: '/api/auth/logout' })).written).toEqual([])
    const over: Answers = [
      [401, { code: 'session_ended', fingerprint: 'f1' }],
      [204, {}],
    ]
    expect((await visit(over)).written).toEqual([])
  })

  test('a clean-up that fails changes nothing', async () => {
    const { gone } = await visit([[401, { code: 'unauthenticated', fingerprint: '' }], 'fails'])
    expect(gone).toEqual(['/sign-in?returnTo=%2Forders%3Fpage%3D2'])
  })

  test.each([
    ['no network', ['fails']],
    ['503', [[503, { code: 'unavailable' }]]],
    ['429', [[429, { code: 'rate_limited' }]]],
    ['a proxy’s own page', [[502]]],
    ['a 401 of something else', [[401, { code: 'proof_required' }]]],
    ['a session that stays stale', Array(9).fill([409, { code: 'stale_token', fingerprint: 'f' }])],
    ['a token that is never right', Array(9).fill([403, { code: 'csrf_failed', csrfToken: 'x' }])],
  ] as [string, Answers][])('CLI-5 a fault is not the end: %s', async (_, answers) => {
    const { sent, gone, visible } = await visit(answers)
    expect(gone).toEqual([])
    expect(visible()).toBe('unavailable')
    expect(sent.length).toBeLessThan(8)
  })

  test('PROTOCOL bound: of a session that the browser itself keeps it asks whether it lives, and goes on', async () => {
    const { sent, gone } = await visit([
      [401, { code: 'proof_required' }],
      [200, { user: {} }],
    ])
    expect(sent.map(({ path }) => path)).toEqual(['/api/auth/refresh', '/api/auth/me'])
    expect(gone).toEqual(['/orders?page=2'])
  })

  test('PROTOCOL bound: where the browser could not keep it just now, that is no end; where its key is lost, sign-in', async () => {
    const unauthenticated: Answers[number] = [401, { code: 'unauthenticated' }]
    expect((await visit([[401, { code: 'proof_required' }], unauthenticated])).visible()).toBe('unavailable')
    const { gone } = await visit([[401, { code: 'proof_required', reason: 'key_lost' }], unauthenticated])
    expect(gone).toEqual(['/sign-in?returnTo=%2Forders%3Fpage%3D2&because=key_lost'])
  })

  test('"try again" tries again', async () => {
    const { gone, again } = await visit(['fails', [200, {}]])
    await again()
    expect(gone).toEqual(['/orders?page=2'])
  })

  test('where this page itself led here again, it goes to sign-in: never a loop', async () => {
    const { sent, gone } = await visit([[200, {}]], { referrer: `${site}/api/auth/continue?returnTo=%2Forders` })
    expect(sent).toEqual([])
    expect(gone).toEqual(['/sign-in?returnTo=%2Forders%3Fpage%3D2'])
  })

  test.each(['reload', 'back_forward'])('a %s keeps the referrer of the first visit, and is no loop', async (type) => {
    const { gone } = await visit([[200, {}]], { type, referrer: `${site}/api/auth/continue?returnTo=%2Forders` })
    expect(gone).toEqual(['/orders?page=2'])
  })

  test('H-16 a frozen tab that holds the lock is passed over', async () => {
    const asked: object[] = []
    const locks = {
      request: async (name: string, options: { steal?: boolean }, work: () => unknown) => {
        asked.push({ name, steal: options.steal ?? false })
        if (!options.steal) throw new DOMException('timed out', 'TimeoutError')
        return work()
      },
    }
    const { gone } = await visit([[200, {}]], { locks })
    expect(asked).toEqual([
      { name: 'vigile:session', steal: false },
      { name: 'vigile:session', steal: true },
    ])
    expect(gone).toEqual(['/orders?page=2'])
  })

  test('H-16 another tab that takes the lock meanwhile does not stop it: the work’s own outcome counts', async () => {
    const locks = {
      request: async (_name: string, _options: object, work: () => unknown) => {
        void work()
        throw new DOMException('stolen', 'AbortError')
      },
    }
    const { gone, sent } = await visit([[200, {}]], { locks })
    expect(sent).toHaveLength(1)
    expect(gone).toEqual(['/orders?page=2'])
  })
})
