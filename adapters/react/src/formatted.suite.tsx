// The component of docs/sanitising.md, for pages that a server renders.
import { useSyncExternalStore } from 'react'

type Trust = (html: string | null) => { __html: string }

const never = () => () => {}

const Formatted = ({ html, trust }: { html: string | null; trust: Trust }) => {
  const isInBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  // biome-ignore lint/security/noDangerouslySetInnerHtml: what is trusted was sanitised.
  return <div dangerouslySetInnerHTML={trust(isInBrowser ? html : null)} />
}

/** The same as an element, for what writes no JSX. */
export const formatted = (html: string, trust: Trust) => <Formatted html={html} trust={trust} />
