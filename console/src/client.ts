// The page's client. It speaks one language; when the user chooses another, a new one takes over.
import { type Client, createClient } from '@vigile/client'
import type { Locale, SessionEndReason } from '@vigile/contract'
import { currentLocale, onLocaleChange } from './messages/i18n.ts'
import { settings } from './settings.ts'

type EndListener = (end: { reason: SessionEndReason }) => void

const endListeners = new Set<EndListener>()
const startListeners = new Set<() => void>()

const connect = (locale: Locale): Client => {
  const client = createClient({ ...settings, locale })
  client.onSessionEnd((end) => {
    for (const listener of endListeners) listener(end)
  })
  client.onSessionStart(() => {
    for (const listener of startListeners) listener()
  })
  return client
}

export let client: Client = connect(currentLocale())

onLocaleChange(() => {
  client.stop()
  client = connect(currentLocale())
})

/** Calls back when the session ends, in whichever tab. Returns the way to unsubscribe. */
export function onSessionEnd(listener: EndListener): () => void {
  endListeners.add(listener)
  return () => endListeners.delete(listener)
}

/** Calls back when a session begins, in whichever tab. Returns the way to unsubscribe. */
export function onSessionStart(listener: () => void): () => void {
  startListeners.add(listener)
  return () => startListeners.delete(listener)
}
