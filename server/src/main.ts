// The program.
import { createVigile } from '@vigile/engine'
import { runCommand } from './commands/program.ts'

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  createVigile,
})
// Whatever is still open (an input that nobody closes) must not keep a command from ending.
setTimeout(() => process.exit(), 1000).unref()
