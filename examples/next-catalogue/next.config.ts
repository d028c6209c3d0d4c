import { join } from 'node:path'
import type { NextConfig } from 'next'

const config: NextConfig = {
  // Has native parts, and is the same one for pages, routes and the proxy.
  serverExternalPackages: ['@vigile/engine'],
  turbopack: {
    root: join(import.meta.dirname, '../..'),
    resolveAlias: { '@vigile/engine': './linked-engine.js' },
  },
  // `forbidden.tsx`, with the status 403.
  experimental: { authInterrupts: true },
  poweredByHeader: false,
  // Vigile's own answers bring theirs; these are for what else is there. The policy of scripts is in proxy.ts: it has a nonce.
  headers: async () => [
    {
      source: '/((?!api/|health/|.well-known/).*)',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
        { key: 'Permissions-Policy', value: 'geolocation=(), microphone=(), camera=()' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
      ],
    },
  ],
}

export default config
