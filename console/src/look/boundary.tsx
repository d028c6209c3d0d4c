import { Component, type ReactNode } from 'react'
import { useMessages } from '../messages/i18n.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'
import styles from './page.module.css'

type Props = { readonly children: ReactNode; readonly around?: (notice: ReactNode) => ReactNode }

/**
 * What fails in here does not blank the page: a fault of ours, or a script that did not load. A class, since React has no other way.
 * It is left to the reader to load the page again: a part that failed would fail again, and a new version has other scripts.
 */
export class Boundary extends Component<Props, { readonly failed: boolean }> {
  override readonly state = { failed: false }

  static getDerivedStateFromError = () => ({ failed: true })

  override render(): ReactNode {
    const { children, around = (notice) => notice } = this.props
    return this.state.failed ? around(<CanNotBeShown />) : children
  }
}

function CanNotBeShown() {
  const { say } = useMessages()
  return (
    <div className={styles.stack} role="alert">
      <Notice kind="trouble">
        <p>{say('boundary.text')}</p>
      </Notice>
      <div>
        <Button onClick={() => location.reload()}>{say('boundary.reload')}</Button>
      </div>
    </div>
  )
}
