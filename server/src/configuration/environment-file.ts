// `.env`, in development only: production takes its settings from where it is deployed.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Catalogue } from '../messages/catalogue.ts'
import type { Environment } from './environment.ts'
import type { ConfigurationFault } from './faults.ts'

/** The environment with what `.env` adds to it; the environment wins. */
export const withEnvironmentFile = async (
  environment: Environment,
  folder: string,
  messages: Catalogue,
): Promise<{ environment: Environment; faults: readonly ConfigurationFault[] }> => {
  const path = join(folder, '.env')
  try {
    const fromFile = parseEnv(await readFile(path, 'utf8'))
    // Whoever wrote it there believes to be in production, and is not.
    const faults = fromFile.NODE_ENV === 'production' ? [modeInFile(messages)] : []
    return { environment: { ...fromFile, ...environment }, faults }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'EISDIR') return { environment, faults: [] }
    const fault = {
      setting: '.env',
      wrong: messages.faults.unreadable(path, code ?? String(error)),
      right: messages.faults.readable.file,
    }
    return { environment, faults: [fault] }
  }
}

const modeInFile = ({ faults }: Catalogue) => ({
  setting: 'NODE_ENV',
  wrong: faults.modeInFile,
  right: faults.modeInEnvironment,
})
