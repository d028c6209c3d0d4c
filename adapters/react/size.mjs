// How much the adapter adds to a page that has the client and React: prints it, and fails over the limit.
import { brotliCompressSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const limitBytes = 1024
const external = ['react', 'react/jsx-runtime', '@vigile/client']
const bundle = await rolldown({ input: new URL('src/index.ts', import.meta.url).pathname, external })
const { output } = await bundle.generate({ format: 'es', minify: true })
await bundle.close()
const code = output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('')
const bytes = brotliCompressSync(code).length
console.log(`react adapter: ${code.length} bytes minified, ${bytes} with brotli (limit ${limitBytes})`)
if (bytes > limitBytes) process.exitCode = 1
