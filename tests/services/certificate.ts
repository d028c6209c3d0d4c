// Certificates, as a proxy wants them.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  certificate: string
  key: string
}

/** A certificate for `localhost` that nobody vouches for, good for sixty days. */
export function makeCertificate(folder: string): Certificate {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '60']
  const files = ['-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', '-x509', ...kind, '-subj', '/CN=localhost', ...files], { stdio: 'ignore' })
  return { certificate, key }
}

export interface IssuedCertificate extends Certificate {
  /** With the intermediate certificate behind it, as a server sends it. */
  chain: string
  /** Of the authority at the root: what a client must trust. */
  authority: string
}

const dayMs = 86_400_000
/** `20261121120000Z`. */
const asn1Time = (at: number) => `${new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14)}Z`

/**
 * A certificate for that name from an intermediate authority under a root of its own, good for ninety days of which so many are
 * left; less than none: it is over.
 */
export function issueCertificate(folder: string, name: string, daysLeft = 80): IssuedCertificate {
  const at = (file: string) => join(folder, file)
  const openssl = (line: string, ...more: string[]) =>
    execFileSync('openssl', [...line.split(' '), ...more], { cwd: folder, stdio: 'ignore' })
  mkdirSync(at('issued'))
  writeFileSync(at('index.txt'), '')
  writeFileSync(
    at('ca.cnf'),
    `[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = issued
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:${name}
crlDistributionPoints = URI:http://${name}/revoked.crl
`,
  )
  const request = (of: string, subject: string) =>
    openssl(
      `req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${of}.key -out ${of}.csr`,
      '-subj',
      `/CN=${subject}`,
    )
  const sign = (of: string, by: string, extensions: string, from: number, to: number) =>
    openssl(
      `ca -config ca.cnf -batch -notext -in ${of}.csr -out ${of}.pem -keyfile ${by}.key -extensions ${extensions}`,
      ...(of === by ? ['-selfsign'] : ['-cert', `${by}.pem`]),
      ...['-startdate', asn1Time(from), '-enddate', asn1Time(to)],
    )
  const now = Date.now()
  for (const [of, by] of [
    ['root', 'root'],
    ['intermediate', 'root'],
  ] as const) {
    request(of, `${of} authority of a test`)
    sign(of, by, 'authority', now - 100 * dayMs, now + 365 * dayMs)
  }
  request('server', name)
  sign('server', 'intermediate', 'server', now + (daysLeft - 90) * dayMs, now + daysLeft * dayMs)
  writeFileSync(at('chain.pem'), `${readFileSync(at('server.pem'))}${readFileSync(at('intermediate.pem'))}`)
  return { certificate: at('server.pem'), key: at('server.key'), chain: at('chain.pem'), authority: at('root.pem') }
}
