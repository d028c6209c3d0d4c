// Builds the hosted pages into server/pages, where the server finds them. The server fills in the placeholders of the HTML.
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig, type Plugin } from 'vite'

const at = (path: string) => new URL(path, import.meta.url).pathname

/** What the server fills in for each answer: the language, and what the page needs to know (src/settings.ts). */
const placeholders: Plugin = {
  name: 'placeholders',
  transformIndexHtml: (html) => ({
    html: html.replace('<html lang="en">', '<html lang="__LANG__">'),
    tags: [
      {
        tag: 'script',
        attrs: { type: 'application/json', id: 'vigile-settings' },
        children: '__VIGILE_SETTINGS__',
        injectTo: 'head',
      },
    ],
  }),
}

export default defineConfig({
  root: at('.'),
  plugins: [react(), placeholders],
  resolve: { conditions: ['@vigile/source', ...defaultClientConditions] },
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: at('../server/pages'),
    emptyOutDir: true,
    target: 'baseline-widely-available',
    // Our own preload fallback would be one more script; every browser that the target names has modulepreload.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [at('signed-out.html'), at('account.html')] },
  },
})
