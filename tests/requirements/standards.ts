// The public standards that Vigile is held against, and the holes that others had, in a few words.

export const passwordStandards = {
  'S-1': 'under 8 characters refused always, under 15 as the only factor by setting (ASVS 6.2.1)',
  'S-2': '64 characters and more work (ASVS 6.2.9)',
  'S-3': 'no composition rules (ASVS 6.2.5)',
  'S-4': 'one changed trailing or case character fails (ASVS 6.2.8)',
  'S-5': 'NFC and NFD forms of one password both sign in (NIST 3.1.1.2)',
  'S-6': 'common and breached passwords refused, with the reason (ASVS 6.2.4, 6.2.12)',
  'S-7': 'the site’s and the user’s own words refused (ASVS 6.2.11)',
  'S-8': 'a change needs the current password (ASVS 6.2.3)',
  'S-9': 'password fields allow paste and password managers (ASVS 6.2.6, 6.2.7)',
  'S-10': 'no periodic change (ASVS 6.2.10)',
  'S-11': 'at most 100 failures in a row per account, in parallel too (NIST 3.2.2)',
  'S-12': 'stuffing is slowed, the owner is not locked out (ASVS 6.1.1, 6.3.1)',
  'S-13': 'sign-in, sign-up and reset alike for known and unknown (ASVS 6.3.8)',
  'S-14': 'no default credentials (ASVS 6.3.2)',
  'S-15': 'each way in enforces the same second-factor policy (ASVS 6.3.4)',
  'S-16': 'the user is told of changed credentials and email (ASVS 6.3.7)',
  'S-17': 'first codes expire and are used once (ASVS 6.4.1)',
  'S-18': 'a reset does not bypass the second factor (ASVS 6.4.3)',
  'S-19': 'an administrator starts a reset, never sets a password (ASVS 6.4.6)',
  'S-20': 'a code works once, across nodes too (ASVS 6.5.1)',
  'S-21': 'mailed codes live 10 minutes, TOTP 30 seconds (ASVS 6.5.5)',
  'S-22': 'a code belongs to its own request, attempts are bounded (ASVS 6.6.2, 6.6.3)',
  'S-23': 'the same subject from two providers is two identities (ASVS 6.8.1)',
  'S-24': 'hash parameters at today’s advice (ASVS 11.4.2)',
}

export const webauthnStandards = {
  'S-25': 'challenges: 16 random bytes or more, server-made, used once',
  'S-26': 'wrong type, challenge, origin, rpIdHash or topOrigin refused',
  'S-27': 'user presence required, verification where policy says',
  'S-28': 'BS without BE refused; a changed BE refused',
  'S-29': 'unoffered algorithm, over-long or registered credential id refused',
  'S-30': 'bad signature refused; a counter that goes back is recorded',
}

export const sessionStandards = {
  'S-31': '128 bits or more from a CSPRNG (ASVS 7.2.3)',
  'S-32': 'a new token at sign-in and re-authentication; the old one 401 (ASVS 7.2.4)',
  'S-33': 'signed out on every node, after a restart, under traffic (ASVS 7.4.1)',
  'S-34': 'idle and absolute ends enforced by the server (ASVS 7.3)',
  'S-35': 'profiles AAL1, AAL2, AAL3 by setting (NIST)',
  'S-36': 'disabling a user ends all sessions (ASVS 7.4.2)',
  'S-37': 'offer to end the others after a factor changes (ASVS 7.4.3)',
  'S-38': 'an administrator ends one user’s or everyone’s (ASVS 7.4.5)',
  'S-39': 're-authentication before sensitive changes (ASVS 7.5.1)',
  'S-40': 'users list and end their own (ASVS 7.5.2)',
  'S-41': 'the session limit behaves as documented (ASVS 7.1.2)',
  'S-42': 'nothing secret in localStorage',
}

export const cookieStandards = {
  'S-43': '__Host-, Secure, Path=/, no Domain wherever the path allows (ASVS 3.3.1)',
  'S-44': 'HttpOnly, no token in a body in cookie delivery (ASVS 3.3.4)',
  'S-45': 'explicit SameSite',
  'S-46': '__host- in other letters is not taken for the session (RFC 6265bis 5.4)',
  'S-47': 'no life over 400 days',
  'S-48': 'name and value within 4,096 bytes',
  'S-49': 'HSTS a year or more, includeSubDomains (ASVS 3.4.1)',
  'S-50': 'CSP with object-src and base-uri none, nonces (ASVS 3.4.3)',
  'S-51': 'frame-ancestors on sign-in and consent (ASVS 3.4.6)',
  'S-52': 'nosniff, Referrer-Policy, COOP',
  'S-53': 'CORS by list, never an echoed origin with credentials (ASVS 3.4.2)',
  'S-54': 'cross-site POST, simple content types and GET changes refused (ASVS 3.5)',
  'S-55': 'no open redirect, by any spelling (ASVS 3.7.2)',
  'S-56': 'forged forwarding headers from an untrusted peer are ignored (ASVS 4.1.3)',
}

export const oauthStandards = {
  'S-57': 'exact redirect match',
  'S-58': 'a code or handle raced by 20 requests has exactly one winner',
  'S-60': 'PKCE S256 always',
  'S-63': 'no password or implicit grant',
  'S-64': '303 after a form post with credentials, never 307',
  'S-65': 'no CORS on the authorisation endpoint; no plain http redirects but loopback',
  'S-66': 'iss checked (RFC 9207)',
  'S-67': 'refresh reuse is found after a restart too, and two tabs are not logged out',
  'S-68': 'rotation never lengthens a fixed life',
  'S-69': 'the user revokes tokens and consents',
}

export const tokenStandards = {
  'S-72': 'none and RS/HS confusion refused',
  'S-73': 'jku, x5u and jwk headers ignored',
  'S-74': 'exp, nbf, aud, iss enforced',
  'S-75': 'an ID token refused as an access token, typ checked',
  'S-76': 'DPoP: each wrong field refused',
  'S-77': 'use_dpop_nonce and DPoP-Nonce round trip',
  'S-78': 'a replayed jti refused across nodes',
  'S-79': 'a bound token as plain bearer, or with another key, refused',
  'S-80': 'DBSC: sign-in sends the registration header',
  'S-81': 'DBSC: registration checks type, signature and challenge',
  'S-82': 'DBSC: registration answers the session description and the cookie',
  'S-83': 'DBSC: refresh without proof is 403 with a challenge',
  'S-84': 'DBSC: stale challenge or wrong key refused, a recent one tolerated',
  'S-85': 'DBSC: a fault is 5xx and never ends the session',
}

export const recordStandards = {
  'S-86': 'cross-user and field-level access refused on each route (ASVS 8.2, 8.4)',
  'S-87': 'a role change works at once (ASVS 8.3.2)',
  'S-88': 'problem media type and status (RFC 9457)',
  'S-89': 'RateLimit fields, 429 and Retry-After agree',
  'S-90': 'records without secrets or injection; fails closed when a part is down (ASVS 16)',
}

export const holesOfOthers = {
  'H-1': 'session cached before the second factor',
  'H-2': 'user id or email trusted from the body',
  'H-3': 'an account made in advance with the victim’s email, then linked',
  'H-4': 'email validated before it is normalised',
  'H-5': 'OAuth cookies not tied to the provider',
  'H-6': 'X-Forwarded-Host in mailed links',
  'H-7': '//path and IPv6 rotation walk around limits',
  'H-8': 'a shared cache stores a response with Set-Cookie',
  'H-9': 'a revoked session comes back through a cache miss during load',
  'H-10': 'rotated or revoked tokens good again after a restart',
  'H-11': 'revocation rolled back by the error answer',
  'H-12': 'sign-out that reports success when the store failed',
  'H-13': 'a scope that falls through to everything',
  'H-14': 'a race around the brute-force counter',
  'H-15': 'Slowloris',
  'H-16': 'a frozen tab holds the lock and freezes every other',
}
