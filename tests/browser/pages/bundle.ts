// The test pages: the real packages from their source, put together when they are first asked for.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const htmlWith = (script: string, { head = '', body = '' } = {}): string =>
  `<!doctype html><html lang="en"><title>page</title>${head}<body>${body}<script type="module" src="${script}"></script></body></html>`

const bundleOnce = (file: URL) => {
  let built: Promise<string> | undefined
  const build = async (): Promise<string> => {
    const bundle = await rolldown({
      input: fileURLToPath(file),
      platform: 'browser',
      resolve: { conditionNames: ['@vigile/source', 'import', 'default'] },
      tsconfig: false,
      // Angular's decorators are those of before the standard.
      transform: { define: { 'process.env.NODE_ENV': '"development"' }, decorator: { legacy: true } },
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

export const angularHtml = htmlWith('/angular/angular.js', {
  head: '<base href="/angular/">',
  body: '<app-root></app-root>',
})
export const angularScript = bundleOnce(new URL('../../../adapters/angular/src/page.suite.ts', import.meta.url))

export const sanitiseHtml = htmlWith('/sanitise.js')
export const sanitiseScript = bundleOnce(new URL('sanitise-page.tsx', import.meta.url))
