// The test page: the real client from its source, put together when it is first asked for.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

export const pageHtml =
  '<!doctype html><html lang="en"><title>page</title><script type="module" src="/page.js"></script></html>'

const build = async (): Promise<string> => {
  const bundle = await rolldown({ input: fileURLToPath(new URL('client-page.ts', import.meta.url)) })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  return output[0].code
}

let built: Promise<string> | undefined
export const pageScript = (): Promise<string> => (built ??= build())
