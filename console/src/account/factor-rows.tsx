import type { Factors } from '@vigile/contract'
import { Button } from '../look/button.tsx'
import { MobileIcon, PaperIcon } from '../look/icons.tsx'
import { useMessages } from '../messages/i18n.ts'
import { day } from '../messages/times.ts'
import styles from './session-row.module.css'
import list from './sessions.module.css'

type Props = {
  readonly factors: Factors
  readonly busy: boolean
  readonly onSetUp: () => void
  readonly onRemove: () => void
  readonly onRenew: () => void
}

/** The app and the recovery codes, and what can be done with them. */
export function FactorRows({ factors, busy, onSetUp, onRemove, onRenew }: Props) {
  const { say, locale } = useMessages()
  const { totp, passkeys, recoveryCodesLeft, required } = factors
  const isLast = required && passkeys.length === 0
  const hasCodes = totp !== null || passkeys.length > 0
  return (
    <ul className={list.list}>
      <li className={styles.row}>
        <span className={styles.icon}>
          <MobileIcon />
        </span>
        <div className={styles.about}>
          <h3 className={styles.device}>{say('twoStep.app')}</h3>
          <p className={styles.used}>
            {totp ? (
              <time dateTime={new Date(totp.createdAt).toISOString()}>
                {say('twoStep.since', { time: day(totp.createdAt, locale) })}
              </time>
            ) : (
              say('twoStep.off')
            )}
          </p>
        </div>
        <div className={styles.acts}>
          {totp ? (
            <>
              <Button aria-label={say('twoStep.replaceThis')} busy={busy} onClick={onSetUp}>
                {say('twoStep.replace')}
              </Button>
              {!isLast && (
                <Button aria-label={say('twoStep.removeThis')} onClick={onRemove}>
                  {say('twoStep.remove')}
                </Button>
              )}
            </>
          ) : (
            <Button busy={busy} busyText={say('twoStep.opening')} onClick={onSetUp}>
              {say('twoStep.setUp')}
            </Button>
          )}
        </div>
      </li>
      {hasCodes && (
        <li className={styles.row}>
          <span className={styles.icon}>
            <PaperIcon />
          </span>
          <div className={styles.about}>
            <h3 className={styles.device}>{say('twoStep.codes')}</h3>
            <p className={styles.used}>
              {recoveryCodesLeft === 0 ? say('twoStep.none') : say('twoStep.left', { count: recoveryCodesLeft })}
            </p>
          </div>
          <div className={styles.acts}>
            <Button onClick={onRenew}>{say('twoStep.renew')}</Button>
          </div>
        </li>
      )}
    </ul>
  )
}
