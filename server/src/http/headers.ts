// HDR-1 for pages: the engine's headers, with a policy under which a page can run.

/** Scripts and styles of this origin, or those that carry this answer's nonce; nothing inline otherwise, nothing framed. */
export const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
