// Before each page: a session that only has to be renewed is, and the page gets its headers. It guards nothing; the pages do.
import { randomBytes } from 'node:crypto'
import { bounce } from '@vigile/next'
import { type NextRequest, NextResponse } from 'next/server'
import { auth } from './lib/auth.ts'
import { withoutScript } from './lib/without-script.ts'

const renewed = bounce(auth)

export const proxy = async (request: NextRequest): Promise<NextResponse> => {
  const unsent = withoutScript(request)
  if (unsent) return unsent
  const moved = await renewed(request)
  if (moved) return moved
  const policy = policyOf(randomBytes(16).toString('base64'))
  // Next reads the nonce for its own scripts here.
  const headers = new Headers(request.headers)
  headers.set('Content-Security-Policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  return response
}

export const config = { matcher: '/((?!_next/|api/|health/|.well-known/).*)' }

const policyOf = (nonce: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
