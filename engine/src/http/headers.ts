// The headers of every answer (HDR-1). Written by hand: they are on the hot path.
const hsts = 'max-age=63072000; includeSubDomains'

/** Headers of answers that are no page. `X-XSS-Protection: 0`: the old filter opened holes of its own. */
export const securityHeaders = (secure: boolean): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Permissions-Policy': 'geolocation=(), microphone=(), camera=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-XSS-Protection': '0',
  'Cache-Control': 'no-store',
  ...(secure ? { 'Strict-Transport-Security': hsts } : {}),
})
