// The component of docs/sanitising.md, for pages that a server renders.
import { useSyncExternalStore } from 'react'
import { trustHtml } from '../../../sanitize/src/index.ts'

const never = () => () => {}

export const Formatted = ({ html }: { html: string | null }) => {
  const isInBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return <div dangerouslySetInnerHTML={trustHtml(isInBrowser ? html : null)} />
}
