import { Fragment, type ReactNode, useEffect } from 'react'
import { useVigile } from './provider.tsx'

/**
 * Shows its children to whoever is signed in, and `waiting` while that is not known: a fault never reads as "signed out".
 * Whoever is signed out sees `fallback`; without one they are sent to the sign-in page, which is told why
 * (`because`, a reason that the client's `endReason()` confirms) and where to come back to (`returnTo`, a path).
 *
 * @example
 * <Protected waiting={<Skeleton />}><Dashboard /></Protected>
 */
export function Protected(props: { fallback?: ReactNode; waiting?: ReactNode; children?: ReactNode }): ReactNode {
  const { auth, signInPath } = useVigile()
  const { fallback, waiting, children } = props
  const leaves = auth.status === 'signed-out' && fallback === undefined
  const { reason } = auth
  useEffect(() => {
    if (!leaves) return
    const { pathname, search, hash } = location
    const query = new URLSearchParams({ ...(reason && { because: reason }), returnTo: pathname + search + hash })
    // Replaced: the back button should not lead to a page that sends away again.
    location.replace(`${signInPath}?${query}`)
  }, [leaves, reason, signInPath])

  switch (auth.status) {
    case 'signed-in':
      // What one person typed or loaded is not left for the next, who signed in from another tab.
      return <Fragment key={auth.user.id}>{children}</Fragment>
    case 'signed-out':
      return leaves ? waiting : fallback
    case 'loading':
      return waiting
  }
}
