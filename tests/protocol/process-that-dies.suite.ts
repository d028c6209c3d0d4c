// Run by the tests as a process of its own: a server on a random port that ends itself by SIGKILL at the moment it was told.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVigile, type VigileOptions } from '@vigile/engine'

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

const server = createServer(async (incoming, outgoing) => {
  const { method = '', url = '', headers } = incoming
  const body = Buffer.concat(await incoming.toArray())
  const named = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  const init = { method, headers: new Headers(named as [string, string][]), ...(body.length > 0 ? { body } : {}) }
  const response = await vigile.fetch(new Request(`${options.publicUrl}${url}`, init), { address: '192.0.2.1' })
  const isTheOne = url === path
  if (isTheOne && moment === 'committed') die()
  const [head, rest] = await wire(response)
  const socket = outgoing.socket
  if (!socket) return
  const all = head + rest
  const cut =
    !isTheOne || moment === 'never' ? all.length : moment === 'head' ? head.indexOf('refresh=') + 20 : head.length + 5
  socket.write(all.slice(0, cut), () => {
    if (isTheOne && moment !== 'never') setTimeout(die, 50)
    else socket.end()
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(`listening on ${(server.address() as AddressInfo).port}`)
