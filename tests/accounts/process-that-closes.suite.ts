// Run by the tests as a process of its own: opens an engine, uses it, closes it, and has nothing left to do.
import { createVigile } from '@vigile/engine'

const vigile = createVigile({ ...JSON.parse(process.argv[2] ?? '{}'), secrets: process.env.VIGILE_SECRET })
await vigile.migrate()
vigile.startJobs()
const body = JSON.stringify({ email: 'ada@example.com', password: 'quiet-harbour-lantern-42' })
const headers = { 'content-type': 'application/json' }
const request = new Request('http://localhost:3000/api/auth/register', { method: 'POST', body, headers })
const { status } = await vigile.fetch(request, { address: '192.0.2.1' })
await Promise.all([vigile.close(), vigile.close()])
process.on('exit', () => console.log(JSON.stringify({ answered: status, ended: 'by itself' })))
