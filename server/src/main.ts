// The program.
import { createVigile } from '@vigile/engine'
import { runCommand } from './commands/program.ts'
import { endProcess } from './end-process.ts'

// A reader that went away, a full disk: what is lost is said by the exit code, and a server goes on (SPEC section 17).
let isLost = false
for (const stream of [process.stdout, process.stderr])
  stream.on('error', () => {
    isLost = true
  })

const exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  createVigile,
})
process.exitCode = exitCode === 0 && isLost ? 1 : exitCode
// Whatever is still open (an input that nobody closes) must not keep a command from ending.
setTimeout(() => endProcess(Number(process.exitCode)), 1000).unref()
