// The Angular application: files named by their content, and one page for every other path.
import { join } from 'node:path'
import express, { type RequestHandler, Router } from 'express'

export const createPages = (folder: string): RequestHandler => {
  const pages = Router()
  pages.use(express.static(folder, { index: false, immutable: true, maxAge: '365d' }))
  pages.get(/^\/(?!api\/|health\/|\.well-known\/)/, (_request, response, next) => {
    response.setHeader('Permissions-Policy', 'geolocation=(), microphone=(), camera=()')
    response.sendFile(
      join(folder, 'index.html'),
      { cacheControl: false, headers: { 'Cache-Control': 'no-cache' } },
      next,
    )
  })
  return pages
}
