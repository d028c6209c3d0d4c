// Stands for PgBouncer in one thing: the server behind a client's connection is exchanged, and the client does not notice.
import { createServer, connect as open, type Socket } from 'node:net'
import { freePort } from '../services/place.ts'

export type Pooler = {
  /** The same address, through this pooler. */
  through(url: string): string
  /** From now on every connection, old and new, has its server there. None may be in use meanwhile. */
  to(port: number): Promise<void>
  stop(): Promise<void>
}

/** ReadyForQuery, outside a transaction (PostgreSQL manual, section 55.7). */
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])

export const openPooler = async (toPort: number): Promise<Pooler> => {
  const port = await freePort()
  const clients = new Set<{ exchange(): Promise<void>; end(): void }>()
  let target = toPort

  const server = createServer((near) => {
    let far = open(target, '127.0.0.1')
    let hello: Buffer | undefined
    const relay = (from: Socket) => {
      from.on('error', () => {})
      from.on('close', () => from === far && near.destroy())
      from.on('data', (chunk) => from === far && near.write(chunk))
    }
    relay(far)
    const client = {
      exchange: async () => {
        const next = open(target, '127.0.0.1')
        next.write(hello ?? Buffer.alloc(0))
        await new Promise<void>((resolve) => {
          const wait = (chunk: Buffer) => {
            if (!chunk.subarray(-ready.length).equals(ready)) return
            next.off('data', wait)
            resolve()
          }
          next.on('data', wait)
        })
        const before = far
        far = next
        relay(next)
        before.destroy()
      },
      end: () => near.destroy(),
    }
    clients.add(client)
    near.on('error', () => {})
    near.on('close', () => {
      clients.delete(client)
      far.destroy()
    })
    near.on('data', (chunk) => {
      hello ??= chunk
      far.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  return {
    through: (address) => {
      const url = new URL(address)
      url.host = `127.0.0.1:${port}`
      return url.href
    },
    to: async (other) => {
      target = other
      await Promise.all([...clients].map((client) => client.exchange()))
    },
    stop: async () => {
      for (const client of clients) client.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
