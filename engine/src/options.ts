// Everything that can be configured, with its defaults. One lifetime, one place: cookies derive theirs from these (COOK-6).

import type { Locale, PermissionDeclaration } from '@vigile/contract'
import type { BurstRule } from './alerts/rules.ts'
import type { Rule } from './limits/store.ts'
import type { Meter } from './meter/meter.ts'
import type { Provider, ProviderCalls } from './oauth/provider.ts'
import type { Duration } from './primitives/duration.ts'
import type { Log } from './primitives/log.ts'
import type { Grantable, Permission } from './roles/permissions.ts'

/** Accepts a plain `http:` public URL in production. Only for a deployment whose transport is protected by other means. */
export const unsafePlainHttp: unique symbol = Symbol('unsafePlainHttp')

/**
 * Where secrets come from: text with one or several (by comma or line, newest first), a list, or a function that is asked
 * again while the engine runs (rotation without a restart).
 */
export type Secrets = string | readonly string[] | (() => readonly string[] | Promise<readonly string[]>)

export type VigileOptions<Declared extends PermissionDeclaration = PermissionDeclaration> = {
  /** Where people reach this site: `https://shop.example.com`. Links, cookies and origins follow from it. */
  readonly publicUrl: string
  /** At least 64 characters or 32 bytes each in production. Newest first; keep old ones for the absolute life of a session. */
  readonly secrets: Secrets | undefined
  /** `postgres://…` or `file:…`; default `file:./data/vigile.db`. */
  readonly database?: string | undefined
  /** `redis://…`; absent: in process. */
  readonly redis?: string | undefined
  /** A Redis of its own for limits; default: `redis`. */
  readonly limitsRedis?: string | undefined
  /** Connections to PostgreSQL: how many (10), and how long a request waits for one (8 s). `prepare: false` behind PgBouncer. */
  readonly pool?: {
    readonly max?: number
    readonly waitSeconds?: number
    readonly prepare?: boolean
    readonly listenUrl?: string
  }
  /** Default: `NODE_ENV === 'production'`. */
  readonly production?: boolean | undefined
  /** Only `unsafePlainHttp`: see there. */
  readonly transport?: typeof unsafePlainHttp | undefined
  /** Base name of the cookies: lower-case letters, digits, `_`; default `vigile`. */
  readonly app?: string | undefined
  /** Name that people read; default `Vigile`. */
  readonly name?: string | undefined
  /**
   * The languages that answers and the engine's own pages are in, of `en` and `fr`. Whoever prefers none of them reads the first.
   * Default: both.
   * @example locales: ['fr']
   */
  readonly locales?: readonly Locale[] | undefined
  /** Default `/api/auth`. */
  readonly authPath?: string | undefined
  /** Where the bounce page sends someone who must sign in; default `/sign-in`. */
  readonly signInPath?: string | undefined
  /** Other origins of the same site whose pages may call the API with cookies. Exact: `https://app.example.com`. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Addresses or networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` counts. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined
  readonly cookies?: {
    /** Default `strict` in production, else `lax`. */
    readonly sameSite?: 'strict' | 'lax' | undefined
    /** A parent domain of the public host, never a public suffix. Default: the host alone. */
    readonly domain?: string | undefined
    /** False: names without `__Host-` or `__Secure-`. */
    readonly prefix?: boolean | undefined
    /** Base names in place of `{app}_access` and so on. */
    readonly names?:
      | Partial<
          Record<'access' | 'refresh' | 'csrf' | 'hint' | 'device' | 'pending' | 'link' | 'oauth' | 'exchange', string>
        >
      | undefined
  }
  /** `body`: access tokens are in answers and sent as Bearer; the refresh token stays in its cookie. Default `cookie`. */
  readonly delivery?: 'cookie' | 'body' | undefined
  /** What the application permits: `definePermissions({ products: ['read', 'create'] })`. The engine has its own beside (docs/roles.md). */
  readonly permissions?: Declared | undefined
  /** Roles and what they hold, which `vigile roles seed` writes. One called `user` is given to every new account. */
  readonly roles?: Readonly<Record<string, readonly Grantable<NoInfer<Declared>>[]>> | undefined
  readonly sessions?: {
    /** Default 15m. */
    readonly accessLife?: Duration | undefined
    /** Default 7d. */
    readonly idleLife?: Duration | undefined
    /** Default 30d. */
    readonly absoluteLife?: Duration | undefined
    /** Live sessions per user: 1 to 1,000, or `unlimited`; default 10. */
    readonly perUser?: number | 'unlimited' | undefined
    /**
     * Binds sessions to a key that can't leave the browser, so that a copied cookie gets nothing: `optional` where a page
     * brings one (RFC 9449) or the browser keeps one by itself (W3C Device Bound Session Credentials), `required` for every
     * sign-in, then brought by the page. Default `off`.
     */
    readonly binding?: 'off' | 'optional' | 'required' | undefined
    /** How recent a sign-in must be for sensitive acts; default 10m. */
    readonly recentLife?: Duration | undefined
    /** PROTOCOL.md's constants, in seconds: T < G < D < R, W < G, D > 30. */
    readonly protocol?:
      | Partial<Record<'giveUp' | 'replay' | 'burst' | 'flushed' | 'rotation' | 'siblings', number>>
      | undefined
  }
  readonly accounts?: {
    /** Whether anybody may sign up; default true. */
    readonly signUp?: boolean | undefined
    /** Whether an email must be verified before the first sign-in; default: in production. */
    readonly verifyEmail?: boolean | undefined
    /** Whether people may sign in by a link that is mailed to them; default: wherever mail is sent. */
    readonly magicLink?: boolean | undefined
    /**
     * `required`: whoever has no second factor sets one up at sign-in; `{ requiredFor: ['system:admin'] }`: whoever holds one of these
     * permissions does. Default `optional`.
     */
    readonly secondFactor?:
      | 'optional'
      | 'required'
      | { readonly requiredFor: readonly Permission<NoInfer<Declared>>[] }
      | undefined
    /** How long an account that its owner closes can be taken back before it is deleted: 1d to 90d; default 7d. */
    readonly deletionDelay?: Duration | undefined
  }
  readonly mail?: {
    /** `smtp://user:password@host:587` or `smtps://…`. Absent: in development a mailbox page, in production none is sent. */
    readonly url?: string | undefined
    /** `Shop <no-reply@shop.example.com>`; default `no-reply@` and the public host. */
    readonly from?: string | undefined
  }
  /** Providers that people can sign in with: `[discord(), github()]`. Default: none. */
  readonly providers?: readonly Provider[] | undefined
  readonly providerCalls?: ProviderCalls | undefined
  readonly passwords?: {
    /** 8 to 1024; default 8. NIST SP 800-63B-4 advises 15 where it is the only factor. */
    readonly minimumLength?: number | undefined
    readonly argon2?:
      | { readonly memoryKiB?: number; readonly iterations?: number; readonly parallelism?: number }
      | undefined
    /** Range query of a breach service (k-anonymity), ending in `/range/`; default: none. */
    readonly breachUrl?: string | undefined
    /** More words of the site that no password may consist of. */
    readonly siteWords?: readonly string[] | undefined
  }
  readonly audit?: {
    /**
     * Where checkpoints of the audit log are kept outside the database, so that a log that was cut off shows: an absolute path,
     * `https://…`, or `s3://KEY:SECRET@HOST/BUCKET/PREFIX?region=REGION`. Default: nowhere.
     */
    readonly anchors?: readonly string[] | undefined
    /** How long entries of the audit log are kept: 1d or more. Default: for ever. */
    readonly retention?: Duration | undefined
  }
  readonly alerts?: {
    /** Who is written to when something is suspicious: up to 10 addresses. Default: nobody. */
    readonly mailTo?: readonly string[] | undefined
    /** From how many on it is, by rule (docs/alerts.md has them with their defaults): `{ failures_by_address: 50 }`. */
    readonly thresholds?: Partial<Record<BurstRule, number>> | undefined
    /** Where messages are sent, signed as Standard Webhooks says: both or none (docs/alerts.md). */
    readonly webhook?:
      | {
          /** `https://…`; http for a loopback host alone. */
          readonly url?: string | undefined
          /** Base64, newest first: `openssl rand -base64 48`. The receiver knows it, so it is never the site's own. */
          readonly secrets?: Secrets | undefined
        }
      | undefined
  }
  readonly keys?: {
    readonly algorithm?: 'EdDSA' | 'ES256' | undefined
    /** How long a signing key signs before the schedule replaces it; default 90d. */
    readonly rotateEvery?: Duration | undefined
    /** What `aud` of access tokens says; default: the public URL. */
    readonly audience?: string | undefined
  }
  readonly limits?: {
    /** Replaces rules by name (`signInIp`, `signInAccount`, `signUpIp`, `refreshToken`, …). */
    readonly rules?: Partial<Record<string, Rule | null>> | undefined
    /** Addresses or networks that are never limited. */
    readonly allow?: readonly string[] | undefined
  }
  /** `command`: works beside a running server on the embedded database, and is no node. Default `server`. */
  readonly role?: 'server' | 'command' | undefined
  /** Cron pattern of the clean-up, in UTC; default `0 2 * * *`. */
  readonly cleanUpAt?: string | undefined
  /** Where figures of what happens go (docs/monitoring.md); default: nowhere. */
  readonly meter?: Meter | undefined
  /** Default: pino at `LOG_LEVEL` (info) to standard output. */
  readonly log?: Log | undefined
}
