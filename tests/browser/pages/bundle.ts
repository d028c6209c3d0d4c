// The test pages: the real packages from their source, put together when they are first asked for.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const htmlWith = (script: string): string =>
  `<!doctype html><html lang="en"><title>page</title><body><script type="module" src="${script}"></script></body></html>`

const bundleOnce = (file: URL) => {
  let built: Promise<string> | undefined
  const build = async (): Promise<string> => {
    const bundle = await rolldown({
      input: fileURLToPath(file),
      platform: 'browser',
      resolve: { conditionNames: ['@vigile/source', 'import', 'default'] },
      transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    })
    const { output } = await bundle.generate({ format: 'es' })
    await bundle.close()
    return output[0].code
  }
  return () => (built ??= build())
}

export const pageHtml = htmlWith('/page.js')
export const pageScript = bundleOnce(new URL('client-page.ts', import.meta.url))

export const reactHtml = htmlWith('/react.js')
export const reactScript = bundleOnce(new URL('../../../adapters/react/src/strict-page.suite.tsx', import.meta.url))
