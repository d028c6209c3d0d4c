import { defineConfig } from 'vite'

export default defineConfig({
  // Every browser that the target names has modulepreload.
  build: { target: 'baseline-widely-available', modulePreload: { polyfill: false } },
})
