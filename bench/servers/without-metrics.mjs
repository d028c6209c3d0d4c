// Loaded before the program (`--import`): the same program that counts nothing. No setting does that in production.
import { registerHooks } from 'node:module'

const source = `export const createPrometheus = () => ({ contentType: 'text/plain', text: async () => '' })`
registerHooks({
  load: (url, context, next) =>
    url.endsWith('/server/dist/observe/prometheus.js')
      ? { format: 'module', shortCircuit: true, source }
      : next(url, context),
})
