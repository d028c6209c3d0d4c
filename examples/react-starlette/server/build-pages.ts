// Builds the pages with Vite where they are older than what they are made of.
import { existsSync } from 'node:fs'
import { fingerprintOf, rememberBuild, wasBuiltFrom } from '../../../scripts/stale.mjs'

const madeOf = ['src', 'index.html', 'vite.config.ts', 'package.json', '../../client/src', '../../adapters/react/src']

export const buildPages = async (): Promise<void> => {
  const fingerprint = fingerprintOf(madeOf)
  if (existsSync('dist/index.html') && wasBuiltFrom('pages', fingerprint)) return
  const { build } = await import('vite')
  await build({ logLevel: 'error' })
  rememberBuild('pages', fingerprint)
}
