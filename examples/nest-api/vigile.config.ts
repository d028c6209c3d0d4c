// What is the same in every deployment. The application reads it, and so do `vigile doctor`, `vigile roles` and `vigile backup`.
import { definePermissions } from '@vigile/engine'

export const permissions = definePermissions({ invoices: ['read', 'create', 'approve'] })

export default {
  app: 'ledger',
  name: 'Ledger',
  permissions,
  roles: {
    user: ['invoices:read', 'invoices:create'],
    manager: ['invoices:read', 'invoices:create', 'invoices:approve', 'audit:read'],
  },
  // Step 2: access for a quarter of an hour, renewed unseen. Step 3: one session for each person.
  sessions: { accessLife: '15m', idleLife: '7d', absoluteLife: '30d', perUser: 1 },
  // At a desk anybody tries it out; in production accounts are made by `vigile users create`.
  accounts: { signUp: process.env.NODE_ENV !== 'production', magicLink: false },
} as const
