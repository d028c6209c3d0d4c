// Problem 6, the second wall: a page that runs nothing but its own scripts, and makes markup of nothing but what was sanitised.
import type { SecurityHeadersOptions } from '@nestjs/common'

export const securityHeaders = (isSecure: boolean): SecurityHeadersOptions => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'https://cdn.discordapp.com'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      // Trusted Types: Angular's own, what Angular was told to trust, and what DOMPurify reads.
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ['angular', 'angular#unsafe-bypass', 'dompurify'],
    },
  },
  referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  strictTransportSecurity: isSecure && { maxAge: 63_072_000, includeSubDomains: true },
  xFrameOptions: { action: 'deny' },
})
