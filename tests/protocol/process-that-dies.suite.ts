// Run by the tests as a process of its own: a server on a random port that ends itself by SIGKILL at the moment it was told.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createVigile, type VigileOptions } from '@vigile/engine'
import { requestOf } from '../support/request-of.ts'

/** `committed`: the answer is made, and nothing of it sent. `head`, `body`: in the middle of these. */
export type Moment = 'never' | 'committed' | 'head' | 'body'
export type Orders = { readonly options: VigileOptions; readonly path: string; readonly moment: Moment }

const { options, path, moment } = JSON.parse(process.argv[2] ?? '') as Orders
const vigile = createVigile({ ...options, log: { debug() {}, info() {}, warn() {}, error() {} } })
await vigile.ready()
const die = () => process.kill(process.pid, 'SIGKILL')

/** The answer as it is on the wire, its head and its body. */
const wire = async (response: Response): Promise<readonly [string, string]> => {
  const body = await response.text()
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return [`HTTP/1.1 ${response.status} .\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n`, body]
}

const answer = async (incoming: IncomingMessage, socket: Socket) => {
  const request = await requestOf(incoming, options.publicUrl)
  const response = await vigile.fetch(request, { address: '192.0.2.1' })
  const isTheOne = incoming.url === path
  if (isTheOne && moment === 'committed') die()
  const [head, rest] = await wire(response)
  const all = head + rest
  const cut =
    !isTheOne || moment === 'never' ? all.length : moment === 'head' ? head.indexOf('refresh=') + 20 : head.length + 5
  socket.write(all.slice(0, cut), () => {
    if (isTheOne && moment !== 'never') setTimeout(die, 50)
    else socket.end()
  })
}

const server = createServer((incoming) => void answer(incoming, incoming.socket))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(`listening on ${(server.address() as AddressInfo).port}`)
