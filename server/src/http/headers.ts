// HDR-1 for pages: the engine's headers, with a policy under which a page can run.

/** Scripts and styles of this origin or its CDN, or those that carry this answer's nonce; nothing inline otherwise, nothing framed. */
export const contentSecurityPolicy = (nonce: string, assetsUrl: string | null): string => {
  const here = assetsUrl === null ? "'self'" : `'self' ${assetsUrl}`
  return [
    `default-src ${here}`,
    `script-src ${here} 'nonce-${nonce}'`,
    `style-src ${here} 'nonce-${nonce}'`,
    `img-src ${here} data:`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
