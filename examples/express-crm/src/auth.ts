// Le seul endroit où l'authentification est réglée.
import { mkdirSync } from 'node:fs'
import { createVigile, definePermissions, developmentSecret } from '@vigile/engine'

const { env } = process
const production = env.NODE_ENV === 'production'
const port = Number(env.PORT ?? 3004)
if (!production && !env.DATABASE_URL) mkdirSync('data', { recursive: true })

export const site = {
  port,
  production,
  /** On ne s'inscrit soi-même que pour essayer. */
  signUp: !production,
  publicUrl: env.VIGILE_PUBLIC_URL ?? `http://localhost:${port}`,
  database: env.DATABASE_URL ?? 'file:./data/vigile.db',
}

const permissions = definePermissions({ contacts: ['read', 'create', 'delete'] })

declare module '@vigile/contract' {
  interface Register {
    permissions: typeof permissions
  }
}

// Une seule durée par environnement : `Max-Age` de chaque cookie en découle.
const life = production ? '2h' : '7d'

export const auth = createVigile({
  publicUrl: site.publicUrl,
  database: site.database,
  redis: env.REDIS_URL,
  secrets: env.VIGILE_SECRET ?? (production ? undefined : developmentSecret()),
  production,
  app: 'crm',
  name: 'CRM',
  locales: ['fr'],
  signInPath: '/connexion',
  trustedProxies: env.VIGILE_TRUSTED_PROXIES?.split(','),
  permissions,
  roles: { user: ['contacts:read', 'contacts:create'], responsable: ['contacts:delete'] },
  // Exactement ces noms, sans préfixe. Lax en développement, Strict et Secure en production : ce sont les valeurs par défaut.
  cookies: { names: { access: 'crm_token', csrf: 'csrf_token' }, prefix: false },
  // Un CRM interne, qui n'envoie pas de courrier : personne ne s'y inscrit du dehors, l'exploitant crée les comptes.
  accounts: { signUp: site.signUp, verifyEmail: false },
  sessions: { accessLife: life, idleLife: life, absoluteLife: production ? '12h' : '30d' },
  // Vingt connexions par heure et par adresse, réussies ou non. Un bureau derrière une seule adresse peut y arriver : la règle par
  // défaut de Vigile ne compte que les échecs.
  limits: { rules: { signInAny: { limit: 20, windowSeconds: 3600 } } },
})
