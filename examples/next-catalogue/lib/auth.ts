// The only place where authentication is configured.
import { createVigile, definePermissions } from '@vigile/engine'
import { shared } from '@vigile/next'

const permissions = definePermissions({
  products: ['read', 'create', 'update', 'delete', 'publish'],
  profile: ['update'],
})

// From here on a misspelt permission does not compile, in pages, actions, routes and components.
declare module '@vigile/contract' {
  interface Register {
    permissions: typeof permissions
  }
}

const publicUrl = process.env.VIGILE_PUBLIC_URL ?? 'http://localhost:3003'

export const auth = shared('auth', () =>
  createVigile({
    publicUrl,
    app: 'catalogue',
    name: 'Catalogue',
    production: publicUrl.startsWith('https:'),
    secrets: process.env.VIGILE_SECRET,
    database: process.env.DATABASE_URL,
    redis: process.env.REDIS_URL,
    trustedProxies: process.env.VIGILE_TRUSTED_PROXIES?.split(','),
    // Pages and API are one site. A link from another one brings no cookie, and its reader is signed in nevertheless (proxy.ts).
    cookies: { sameSite: 'strict' },
    permissions,
    roles: {
      user: ['products:read', 'profile:update'],
      'content-editor': ['products:read', 'profile:update', 'products:create', 'products:update'],
      admin: [
        'products:*',
        'profile:update',
        'users:read',
        'users:update',
        'users:delete',
        'roles:read',
        'roles:manage',
        'audit:read',
        'system:admin',
      ],
    },
    limits: {
      rules: {
        signUpIp: { limit: 3, windowSeconds: 15 * 60 },
        signUpEmail: { limit: 5, windowSeconds: 60 * 60 },
      },
    },
  }),
)
