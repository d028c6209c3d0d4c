import { type NextRequest, NextResponse } from 'next/server'

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not sent · Catalogue</title></head><body><main><h1>Not sent</h1>
<p>Nothing was done: this page needs its scripts, and they had not come or are switched off. Switch scripts on, and try again.</p>
<p><a href="">Try again</a></p></main></body></html>`

/**
 * A form that was sent before its script had come, or without any: null for everything else. It is posted, for else its password
 * would stand in the address, and so in histories and logs; what it holds is read by nobody.
 */
export const withoutScript = ({ method, nextUrl }: NextRequest): NextResponse | null => {
  if (method !== 'POST' || !['/sign-in', '/sign-up'].includes(nextUrl.pathname)) return null
  const headers = { 'Content-Type': 'text/html; charset=utf-8', Allow: 'GET, HEAD', 'Cache-Control': 'no-store' }
  return new NextResponse(page, { status: 405, headers })
}
