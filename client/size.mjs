// How much the browser downloads for the client: prints it, and fails over the limit (CLI-8).
import { brotliCompressSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const limitBytes = 4096
const bundle = await rolldown({ input: new URL('src/index.ts', import.meta.url).pathname })
const { output } = await bundle.generate({ format: 'es', minify: true })
await bundle.close()
const code = output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('')
const bytes = brotliCompressSync(code).length
console.log(`client: ${code.length} bytes minified, ${bytes} with brotli (limit ${limitBytes})`)
if (bytes > limitBytes) process.exitCode = 1
