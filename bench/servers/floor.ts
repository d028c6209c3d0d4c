// The floors: what Node's own HTTP server costs where nothing is done, where one password is verified, and where the database
// is asked once. Every figure is told beside these.
import { createServer } from 'node:http'
import { hash, verify } from '@node-rs/argon2'
import pg from 'pg'

const { PORT, DATABASE_URL: database } = process.env
const pool = new pg.Pool(database === undefined ? {} : { connectionString: database })
/** The parameters that a new installation has. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const hashed = hash('correct horse battery', parameters)

const acts: Record<string, () => Promise<unknown>> = {
  '/hash': async () => verify(await hashed, 'correct horse battery'),
  '/query': () => pool.query({ name: 'one', text: 'select $1::int as one', values: [1] }),
}

const body = '{"ok":true}'
createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const answer = () => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
    response.end(body)
  }
  const act = acts[request.url ?? '']
  if (act) void act().then(answer)
  else answer()
}).listen(Number(PORT), '127.0.0.1')
