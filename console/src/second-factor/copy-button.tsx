import { useState } from 'react'
import { Button } from '../look/button.tsx'
import { useMessages } from '../messages/i18n.ts'

/** Copies a text, and says so. Where the browser does not let it, the text is there to be marked. */
export function CopyButton({ text, children }: { text: string; children: string }) {
  const { say } = useMessages()
  const [outcome, setOutcome] = useState<'copied' | 'notCopied' | null>(null)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setOutcome('copied')
    } catch {
      setOutcome('notCopied')
    }
  }
  return (
    <>
      <Button onClick={() => void copy()}>{outcome === 'copied' ? say('copy.copied') : children}</Button>
      <span className="unseen" role="status">
        {outcome && say(`copy.${outcome}`)}
      </span>
    </>
  )
}
