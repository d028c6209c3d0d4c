// Asks nginx and Caddy whether they would start with the configurations that the documentation shows. Traefik can't be asked:
// its own are read as YAML.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { makeCertificate } from '../services/certificate.ts'
import { nginxConfiguration } from '../services/nginx.ts'
import { freePort, temporaryFolder } from '../services/place.ts'
import { runProgram } from '../services/process.ts'
import { programPath } from '../services/program-path.ts'
import type { Block } from './blocks.ts'

type Check = (folder: string, code: string) => Promise<unknown>

const checks: Readonly<Record<string, Check>> = {
  nginx: async (folder, code) => {
    const { certificate, key } = makeCertificate(folder)
    const here = code
      .replace(/(ssl_certificate) [^;]+/g, `$1 ${certificate}`)
      .replace(/(ssl_certificate_key) [^;]+/g, `$1 ${key}`)
      .replaceAll(/listen \d+/g, `listen 127.0.0.1:${await freePort()}`)
    const file = join(folder, 'nginx.conf')
    await writeFile(file, nginxConfiguration(folder, here))
    return runProgram({ command: programPath('nginx'), args: ['-t', '-c', file, '-p', folder, '-e', 'stderr'] })
  },
  caddyfile: async (folder, code) => {
    const file = join(folder, 'Caddyfile')
    await writeFile(file, code)
    const args = ['validate', '--config', file, '--adapter', 'caddyfile']
    return runProgram({ command: programPath('caddy'), args, env: { PATH: process.env.PATH, HOME: folder } })
  },
  yaml: async (_folder, code) => parse(code),
}

export const proxyLanguages: readonly string[] = Object.keys(checks)

/** What the proxy says against a block, with its page and line; null where it would start. */
export const proxyErrorIn = async ({ language, code, page, line }: Block): Promise<string | null> => {
  const check = checks[language]
  if (!check) throw new Error(`nobody checks blocks of ${language}`)
  const folder = await temporaryFolder('docs-proxy')
  try {
    await check(folder.path, code)
    return null
  } catch (error) {
    return `${page}:${line} ${(error as Error).message}`
  } finally {
    await folder.remove()
  }
}
