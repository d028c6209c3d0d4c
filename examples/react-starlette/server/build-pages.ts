// Builds the pages with Vite where they are older than what they are made of.
import { existsSync } from 'node:fs'
import { fingerprintOf, rememberBuild, wasBuiltFrom } from '../../../scripts/stale.mjs'

const own = ['src', 'index.html', 'vite.config.ts', 'package.json'].map((name) => `examples/react-starlette/${name}`)
const madeOf = [...own, 'client/src', 'adapters/react/src', 'package-lock.json']

export const buildPages = async (): Promise<void> => {
  const fingerprint = fingerprintOf(madeOf)
  if (existsSync('dist/index.html') && wasBuiltFrom('react-starlette', fingerprint)) return
  const { build } = await import('vite')
  await build({ logLevel: 'error' })
  rememberBuild('react-starlette', fingerprint)
}
