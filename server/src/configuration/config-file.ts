// `vigile.config.ts`: Node strips its types by itself.
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Catalogue } from '../messages/catalogue.ts'
import type { VigileConfig } from './config.ts'
import type { ConfigurationFault } from './faults.ts'

const names = ['vigile.config.ts', 'vigile.config.mts', 'vigile.config.js', 'vigile.config.mjs']

export type ConfigFileReading = {
  readonly config: VigileConfig
  readonly path?: string
  readonly faults: readonly ConfigurationFault[]
}

/** The file that `--config` names, or the first that the folder holds, or an empty configuration. */
export const readConfigFile = async (
  folder: string,
  chosen: string | undefined,
  messages: Catalogue,
): Promise<ConfigFileReading> => {
  const path = chosen === undefined ? await findConfigFile(folder) : resolve(folder, chosen)
  if (path === undefined) return { config: {}, faults: [] }
  const fault = (wrong: string, right: string) => ({ config: {}, path, faults: [{ setting: path, wrong, right }] })
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    const config = module.default
    if (typeof config !== 'object' || config === null) {
      return fault(messages.faults.noDefaultExport, messages.faults.defaultExport)
    }
    return { config: config as VigileConfig, path, faults: [] }
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    const missing = code === 'ERR_MODULE_NOT_FOUND' && message.includes("'vigile'")
    return fault(message, missing ? messages.faults.installHere : messages.faults.loadableFile)
  }
}

const findConfigFile = async (folder: string): Promise<string | undefined> => {
  for (const name of names) {
    const path = join(folder, name)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return undefined
}
