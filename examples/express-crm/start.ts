#!/usr/bin/env node
import { createApp } from './src/app.ts'
import { auth, site } from './src/auth.ts'
import { openContacts } from './src/contacts.ts'

await auth.migrate()
await auth.roles.seed({ kind: 'operator', name: 'démarrage' })
auth.startJobs()

const contacts = await openContacts(site.database)
const server = createApp(auth, contacts).listen(site.port, '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`CRM is ready  ${site.publicUrl}`)
})

const end = () => {
  auth.drain()
  server.close(() => void Promise.all([auth.close(), contacts.close()]))
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
