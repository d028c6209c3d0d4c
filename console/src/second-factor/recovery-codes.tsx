// Recovery codes, shown this once: to print, to download, to copy into a password manager.
import { Button } from '../look/button.tsx'
import { useMessages } from '../messages/i18n.ts'
import { day } from '../messages/times.ts'
import { settings } from '../settings.ts'
import { CopyButton } from './copy-button.tsx'
import styles from './recovery-codes.module.css'

/** @param props.onKept called when the reader says that they are kept */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { say, locale } = useMessages()
  const heading = say('recoveryCodes.heading', { name: settings.name })
  const about = `${say('recoveryCodes.made', { day: day(Date.now(), locale) })} ${say('recoveryCodes.once')}`
  const text = `${heading}\n${about}\n\n${codes.join('\n')}\n`

  const download = () => {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
    const link = Object.assign(document.createElement('a'), { href: address, download: `${settings.app}-recovery.txt` })
    link.click()
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
  }

  return (
    <div className={styles.sheet}>
      <h2 className={styles.heading}>{heading}</h2>
      <p className={styles.shown}>{say('recoveryCodes.text')}</p>
      <p>{about}</p>
      <ul className={styles.codes} translate="no">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={styles.ways}>
        <Button onClick={() => window.print()}>{say('recoveryCodes.print')}</Button>
        <Button onClick={download}>{say('recoveryCodes.download')}</Button>
        <CopyButton text={text}>{say('recoveryCodes.copy')}</CopyButton>
      </div>
      <div className={styles.ways}>
        <Button kind="main" onClick={onKept}>
          {say('recoveryCodes.kept')}
        </Button>
      </div>
    </div>
  )
}
