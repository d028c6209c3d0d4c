// Mantine gives behaviour and structure; the colours come from tokens.css.
import { createTheme, localStorageColorSchemeManager } from '@mantine/core'

/** Nothing secret: light, dark or auto. The HTML reads it before the first paint. */
export const themeStore = localStorageColorSchemeManager({ key: 'vigile_theme' })

export const theme = createTheme({
  fontFamily: 'var(--text-face)',
  respectReducedMotion: true,
  focusRing: 'never',
  activeClassName: '',
})
