import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { peerOf, requestOf, securityHeaders, type Vigile } from '@vigile/engine'
import { vigile } from '@vigile/express'
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express'
import { site } from './auth.ts'
import { readContact } from './contact-form.ts'
import type { Contacts } from './contacts.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const clientFolder = dirname(fileURLToPath(import.meta.resolve('@vigile/client')))

/** Ceux de Vigile, et ce qu'une page de ce site peut charger : ses propres fichiers, rien d'écrit dans la page. */
const headers: RequestHandler = (_req, res, next) => {
  res.set(securityHeaders(site.production))
  res.set(
    'Content-Security-Policy',
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
  )
  next()
}

/** Leurs noms ne changent pas avec leur contenu : le navigateur les garde, et demande chaque fois s'ils ont changé. */
const files = (folder: string): RequestHandler =>
  express.static(folder, { setHeaders: (res) => res.setHeader('Cache-Control', 'no-cache') })

/** D'où une demande vient, pour le journal. */
const from = (req: Request) => ({ request: requestOf(req), peer: peerOf(req) })

export const createApp = (auth: Vigile, contacts: Contacts): Express => {
  const app = express()
  app.disable('x-powered-by')
  app.set('view engine', 'ejs')
  app.set('views', here('../views'))
  app.use(headers)
  app.use('/fichiers', files(here('../public')), files(clientFolder))
  app.use(vigile(auth))
  app.use(express.json())

  app.get('/connexion', (_req, res) => res.render('sign-in', { title: 'Connexion', isNew: false, signUp: site.signUp }))
  if (site.signUp)
    app.get('/inscription', (_req, res) => res.render('sign-in', { title: 'Inscription', isNew: true, signUp: true }))

  // Un formulaire envoyé avant l'arrivée du script, ou sans script : posté, car sinon le mot de passe serait dans l'adresse, donc dans
  // l'historique et les journaux. Personne ne lit ce qu'il contient.
  app.post(['/', '/connexion', '/inscription'], (_req, res) => {
    const message =
      'Rien n’a été fait : cette page a besoin de son script, qui n’était pas arrivé ou est désactivé. Activez les scripts, et réessayez.'
    res
      .status(405)
      .set({ Allow: 'GET, HEAD', 'Cache-Control': 'no-store' })
      .render('message', { title: 'Non envoyé', message })
  })

  app.get('/', vigile.page(), async (req, res) => {
    const mayDelete = await auth.hasPermission(req.user.id, 'contacts:delete')
    res.render('contacts', { title: 'Contacts', user: req.user, contacts: await contacts.list(), mayDelete })
  })

  app.get('/api/contacts', vigile.require('contacts:read'), async (_req, res) => res.json(await contacts.list()))

  app.post('/api/contacts', vigile.require('contacts:create'), async (req, res) => {
    const read = readContact(req.body)
    if (!read.ok) return res.status(400).json(read.problem)
    const contact = await contacts.add(read.contact, req.user.id)
    await auth.audit.record({
      action: 'contact:create',
      userId: req.user.id,
      ...from(req),
      resource: 'Contact',
      resourceId: contact.id,
    })
    return res.status(201).json(contact)
  })

  app.delete('/api/contacts/:id', vigile.require('contacts:delete'), async (req, res) => {
    const removed = await contacts.remove(String(req.params.id))
    if (removed)
      await auth.audit.record({
        action: 'contact:delete',
        userId: req.user.id,
        ...from(req),
        resource: 'Contact',
        resourceId: removed.id,
        details: { before: removed },
      })
    if (removed) return res.sendStatus(204)
    return res.status(404).json({ title: 'Introuvable', status: 404, detail: 'Ce contact n’existe plus.' })
  })

  app.use((req, res) => {
    const [title, message] = ['Introuvable', 'Il n’y a rien à cette adresse.']
    if (req.path.startsWith('/api/')) return void res.status(404).json({ title, status: 404, detail: message })
    res.status(404).render('message', { title, message })
  })
  const failed: ErrorRequestHandler = (error: { status?: number }, req, res, _next) => {
    const status = error.status ?? 500
    if (status >= 500) console.error(error)
    const message =
      status === 503
        ? 'Indisponible pour le moment. Vous êtes toujours connecté : réessayez dans quelques secondes.'
        : status < 500
          ? 'La demande contient une erreur.'
          : 'Une erreur s’est produite chez nous. Elle a été enregistrée.'
    if (req.path.startsWith('/api/')) return void res.status(status).json({ title: 'Erreur', status, detail: message })
    res.status(status).render('message', { title: 'Erreur', message })
  }
  app.use(failed)
  return app
}
