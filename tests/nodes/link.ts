// A TCP link between a node and what it talks to: answers can be held back, connections cut, the other end exchanged.
import { createServer, connect as open, type Socket } from 'node:net'
import { freePort } from '../services/place.ts'

export type Link = {
  readonly port: number
  /** The same address, through this link. */
  through(url: string): string
  /** From now on answers stay here, in order; questions still pass. */
  hold(): void
  /** Bytes of answers that wait here. */
  held(): number
  release(): void
  /** Ends every connection and refuses new ones; what was held is lost. */
  cut(): void
  /** New connections pass again, to that port where one is given. */
  mend(port?: number): void
  stop(): Promise<void>
}

export const openLink = async (toPort: number): Promise<Link> => {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let target = toPort
  let isCut = false
  let isHeld = false
  let waiting: (readonly [Socket, Buffer])[] = []

  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = open(target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    near.on('data', (chunk) => far.write(chunk))
    far.on('data', (chunk) => (isHeld ? waiting.push([near, chunk]) : near.write(chunk)))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  const cut = () => {
    isCut = true
    waiting = []
    for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    through: (address) => {
      const url = new URL(address)
      url.host = `127.0.0.1:${port}`
      return url.href
    },
    hold: () => {
      isHeld = true
    },
    held: () => waiting.reduce((sum, [, { length }]) => sum + length, 0),
    release: () => {
      isHeld = false
      for (const [socket, chunk] of waiting) socket.write(chunk)
      waiting = []
    },
    cut,
    mend: (to = target) => {
      target = to
      isCut = false
      isHeld = false
    },
    stop: async () => {
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
