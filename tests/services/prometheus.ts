// A private Prometheus, and a private Alertmanager, on random ports of 127.0.0.1.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, temporaryFolder } from './place.ts'
import { startProgram } from './process.ts'
import { programPath } from './program-path.ts'

export interface Monitor {
  port: number
  url: string
  /** Its log so far. */
  output: () => string
  stop: () => Promise<void>
}

/** Starts Prometheus with those files; `prometheus.yml` is its configuration. */
export async function startPrometheus(files: Readonly<Record<string, string>>): Promise<Monitor> {
  return start('prometheus', files, /Server is ready to receive web requests/, (folder, port) => [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
}

/** Starts Alertmanager, alone and not in a cluster, with that configuration. */
export async function startAlertmanager(configuration: string): Promise<Monitor> {
  const files = { 'alertmanager.yml': configuration }
  return start('prometheus-alertmanager', files, /msg="?Listening on/, (folder, port) => [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ])
}

async function start(
  name: 'prometheus' | 'prometheus-alertmanager',
  files: Readonly<Record<string, string>>,
  ready: RegExp,
  args: (folder: string, port: number) => string[],
): Promise<Monitor> {
  const folder = await temporaryFolder(name)
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder.path, file), content)
  const port = await freePort()
  const running = await startProgram({ command: programPath(name), args: args(folder.path, port), ready })
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    output: running.output,
    stop: async () => {
      await running.stop()
      await folder.remove()
    },
  }
}
