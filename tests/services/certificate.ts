// A certificate for `localhost` that nobody vouches for, as a proxy wants one.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

export interface Certificate {
  certificate: string
  key: string
}

/** Writes it into that folder, good for sixty days. */
export function makeCertificate(folder: string): Certificate {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '60']
  const files = ['-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', '-x509', ...kind, '-subj', '/CN=localhost', ...files], { stdio: 'ignore' })
  return { certificate, key }
}
