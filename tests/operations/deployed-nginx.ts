// nginx with the files of ops/nginx as they are; only ports, nodes and the certificate are those of the test.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificate, makeCertificate } from '../services/certificate.ts'
import { type NginxServer, ownHttp, ownMain, startNginx } from '../services/nginx.ts'
import { freePort, temporaryFolder } from '../services/place.ts'

const read = (file: string) => readFileSync(join(import.meta.dirname, '../../ops/nginx', file), 'utf8')

/** nginx.conf, with `http` where it takes in the others, and its own files in that folder. */
const whole = (folder: string, http: string) =>
  read('nginx.conf')
    .replaceAll(/^ *(user|pid|error_log|access_log) .*$/gm, '')
    .replace('worker_processes', `${ownMain(folder)}\nworker_processes`)
    .replace('include /etc/nginx/conf.d/*.conf;', () => `${ownHttp(folder)}\n${http}`)

/** `port` speaks TLS. */
export type DeployedNginx = NginxServer & { readonly plainPort: number }

type Changes = {
  readonly certificate?: Certificate
  /** What an operator did to the files. `port`: the one that speaks TLS. */
  readonly edit?: (files: string, port: number) => string
}

export const startDeployedNginx = async (nodes: readonly number[], changes: Changes = {}): Promise<DeployedNginx> => {
  const folder = await temporaryFolder('nginx-tls')
  const { certificate, key } = changes.certificate ?? makeCertificate(folder.path)
  const { edit = (files) => files } = changes
  const plainPort = await freePort()
  const configured = (port: number) =>
    edit(`${read('upstream.conf')}${read('vigile.conf')}`, port)
      .replaceAll(/^ *listen \[::\].*$/gm, '')
      .replaceAll('listen 80', `listen 127.0.0.1:${plainPort}`)
      .replaceAll('listen 443', `listen 127.0.0.1:${port}`)
      .replaceAll(/127\.0\.0\.1:300(\d)/g, (_, index) => `127.0.0.1:${nodes[Number(index) - 1]}`)
      .replace(/ssl_certificate \S+;/, `ssl_certificate ${certificate};`)
      .replace(/ssl_certificate_key \S+;/, `ssl_certificate_key ${key};`)
  const nginx = await startNginx(configured, whole)
  return {
    ...nginx,
    plainPort,
    stop: async () => {
      await nginx.stop()
      await folder.remove()
    },
  }
}
