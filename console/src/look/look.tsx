// What every page is wrapped in.
import '@mantine/core/styles/baseline.layer.css'
import '@mantine/core/styles/global.layer.css'
import { MantineProvider } from '@mantine/core'
import { VigileProvider } from '@vigile/react'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { client } from '../client.ts'
import { messagesReady } from '../messages/i18n.ts'
import { settings } from '../settings.ts'
import { styleNonce } from './nonce.ts'
import { theme, themeStore } from './theme.ts'

/** Shows a page in #root. */
export async function show(page: ReactNode): Promise<void> {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no element #root.')
  await messagesReady
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={themeStore}
        getStyleNonce={styleNonce}
      >
        <VigileProvider client={client} signInPath={settings.signInPath}>
          {page}
        </VigileProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
