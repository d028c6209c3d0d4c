// Run by the tests as a process of its own: a whole Vigile whose clock is ahead of the machine's by so many milliseconds.
import { createTestVigile } from '@vigile/engine/testing'
import { type ServerConfig, startServer } from 'vigile'

const { ahead, ...config }: ServerConfig & { readonly ahead: number } = JSON.parse(process.argv[2] ?? '{}')
await startServer(
  { ...config, secrets: process.env.VIGILE_SECRET },
  {
    createVigile: (options) => {
      const { vigile, clock } = createTestVigile(options)
      clock.move(ahead)
      return vigile
    },
  },
)
console.log('takes requests')
