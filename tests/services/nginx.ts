// A private nginx on a random port of 127.0.0.1.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, temporaryFolder } from './place.ts'
import { startProgram } from './process.ts'
import { programPath } from './program-path.ts'

export interface NginxServer {
  port: number
  url: string
  /** Its error log so far. */
  output: () => string
  pause: () => void
  resume: () => void
  kill: () => Promise<void>
  stop: () => Promise<void>
}

/**
 * Starts nginx with that content of its `http { … }` block, which listens on the given port:
 * `startNginx((port) => `server { listen 127.0.0.1:${port}; location / { proxy_pass ${upstream}; } }`)`. `whole` puts another
 * nginx.conf around it.
 */
export async function startNginx(
  http: (port: number) => string,
  whole: (folder: string, http: string) => string = nginxConfiguration,
): Promise<NginxServer> {
  const folder = await temporaryFolder('nginx')
  const port = await freePort()
  const file = join(folder.path, 'nginx.conf')
  await writeFile(file, whole(folder.path, http(port)))
  const running = await startProgram({
    command: programPath('nginx'),
    args: ['-c', file, '-p', folder.path, '-e', 'stderr'],
    ready: /start worker process /,
    stopSignal: 'SIGQUIT',
  })
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    output: running.output,
    pause: running.pause,
    resume: running.resume,
    kill: running.kill,
    stop: async () => {
      await running.stop()
      await folder.remove()
    },
  }
}

/** A whole nginx.conf whose files are all in that folder. */
export function nginxConfiguration(folder: string, http: string): string {
  return `
    ${ownMain(folder)}
    worker_processes 1;
    events { worker_connections 512; }
    http {
      ${ownHttp(folder)}
      ${http}
    }
  `
}

/** How it runs as a child of a test, with its files in that folder. */
export const ownMain = (folder: string): string => `
    daemon off;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    pid ${folder}/nginx.pid;
    error_log stderr notice;`

/** The same, within `http { }`. */
export const ownHttp = (folder: string): string => {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return ['access_log off;', ...temporary.map((name) => `${name}_temp_path ${folder}/${name};`)].join('\n      ')
}
