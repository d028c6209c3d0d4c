// The Angular application: files named by their content, and one page for every other path.
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import express, { type RequestHandler, Router } from 'express'

/** As Angular names them: `main-ABCDEFGH.js`. */
const byContent = /-[A-Z0-9]{8}\.(js|css)$/

const keepByName = (response: ServerResponse, file: string): void => {
  const forEver = byContent.test(file)
  response.setHeader('Cache-Control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache')
}

export const createPages = (folder: string): RequestHandler => {
  const pages = Router()
  pages.use(express.static(folder, { index: false, setHeaders: keepByName }))
  // A file of another release: never the page, which would be kept as that file.
  pages.get(byContent, (_request, response) => void response.status(404).set('Cache-Control', 'no-cache').end())
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
