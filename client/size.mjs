// How much the browser downloads for the client: prints it, and fails over the limit (CLI-8).
import { brotliCompressSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const limitBytes = 4096
const bundle = await rolldown({ input: new URL('src/index.ts', import.meta.url).pathname })
const { output } = await bundle.generate({ format: 'es', minify: true })
await bundle.close()
const chunks = output.filter((chunk) => chunk.type === 'chunk')
/** What a page loads at once: the entry, and what it imports statically. A chunk for bound sessions is loaded on demand. */
const core = new Set(chunks.filter((chunk) => chunk.isEntry))
for (const { imports } of core) for (const chunk of chunks) if (imports.includes(chunk.fileName)) core.add(chunk)
const code = [...core].map((chunk) => chunk.code).join('')
const bytes = brotliCompressSync(code).length
console.log(`client: ${code.length} bytes minified, ${bytes} with brotli (limit ${limitBytes})`)
if (bytes > limitBytes) process.exitCode = 1
