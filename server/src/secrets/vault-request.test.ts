// A Vault behind TLS with a certificate authority of its own (OPS-2).
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StandInVault, startVault } from '../../../tests/secrets/vault.ts'
import { makeCertificate } from '../../../tests/services/certificate.ts'
import { createVault } from './vault.ts'

let folder: string
let vault: StandInVault
let front: Server
let authority: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-vault-'))
  vault = await startVault()
  vault.put('vigile', { smtp: 'one' })
  const { certificate, key } = makeCertificate(folder)
  authority = certificate
  const { port } = new URL(vault.url)
  front = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (asked, answer) => {
    const { method, url: path, headers } = asked
    const passed = request({ port, method, path, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 500, given.headers)
      given.pipe(answer)
    })
    asked.pipe(passed)
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
})
afterAll(async () => {
  front.closeAllConnections()
  front.close()
  await vault.close()
  await rm(folder, { recursive: true })
})

const read = (more: Readonly<Record<string, string>>) => {
  const VAULT_ADDR = `https://localhost:${(front.address() as AddressInfo).port}`
  return createVault()('secret/data/vigile', { VAULT_ADDR, VAULT_TOKEN: vault.token, ...more })
}

test('OPS-2 an authority of one’s own vouches for Vault, where VAULT_CACERT names it', async () => {
  expect(await read({ VAULT_CACERT: authority })).toMatchObject({ content: { smtp: 'one' } })
})

test('OPS-2 attack: who stands in between with a certificate that nobody vouches for gets no token', async () => {
  vault.forget()
  await expect(read({})).rejects.toThrow("Vault can't be reached (DEPTH_ZERO_SELF_SIGNED_CERT)")
  const folderOfAnother = await mkdtemp(join(folder, 'another-'))
  const { certificate: another } = makeCertificate(folderOfAnother)
  await expect(read({ VAULT_CACERT: another })).rejects.toThrow("Vault can't be reached")
  const elsewhere = `https://127.0.0.1:${(front.address() as AddressInfo).port}`
  const misnamed = read({ VAULT_CACERT: authority, VAULT_ADDR: elsewhere })
  await expect(misnamed).rejects.toThrow("Vault can't be reached (ERR_TLS_CERT_ALTNAME_INVALID)")
  expect(vault.asked()).toEqual([])
})

test('OPS-2 a VAULT_CACERT that is missing or none is named, and Vault is not asked', async () => {
  vault.forget()
  await expect(read({ VAULT_CACERT: join(folder, 'none.pem') })).rejects.toThrow("VAULT_CACERT can't be read (ENOENT)")
  await writeFile(join(folder, 'empty.pem'), '\n')
  await expect(read({ VAULT_CACERT: join(folder, 'empty.pem') })).rejects.toThrow('VAULT_CACERT has no certificate')
  expect(vault.asked()).toEqual([])
})
