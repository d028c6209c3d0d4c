import type { ReactNode } from 'react'
import { useVigile } from './provider.tsx'

/**
 * Shows its children to whoever is signed in. `fallback` is for those who are not; `waiting` while it is not known yet.
 * While a part is down, someone who was signed in goes on seeing the children: a fault never reads as "signed out".
 *
 * @example
 * <Protected fallback={<SignIn />}><Dashboard /></Protected>
 */
export function Protected(props: { fallback?: ReactNode; waiting?: ReactNode; children?: ReactNode }): ReactNode {
  const { auth } = useVigile()
  switch (auth.state) {
    case 'signed_in':
      return props.children
    case 'signed_out':
      return props.fallback
    case 'unknown':
      return auth.me ? props.children : props.waiting
    case 'loading':
      return props.waiting
  }
}
