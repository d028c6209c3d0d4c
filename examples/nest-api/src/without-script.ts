import { join } from 'node:path'
import type { NextFunction, Request, Response } from 'express'

/** The pages with a form. */
export const formPages = ['/sign-in', '/sign-up', '/forgot', '/reset-password', '/not-me']

const page = join(import.meta.dirname, '../../public/without-script.html')

/**
 * A form that was sent before its script had come, or without any. It is posted, for else its password would stand in the address,
 * and so in histories and logs; what it holds is read by nobody.
 */
export const withoutScript = (request: Request, response: Response, next: NextFunction): void => {
  if (request.method === 'POST')
    response.status(405).set({ Allow: 'GET, HEAD', 'Cache-Control': 'no-store' }).sendFile(page)
  else next()
}
