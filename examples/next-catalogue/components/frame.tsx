import type { ReactNode } from 'react'
import { PageHead } from './page-head.tsx'
import { SessionWatch } from './session-watch.tsx'

/** Around every page but those that are for printing. */
export function Frame({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHead />
      <main>{children}</main>
      <SessionWatch />
    </>
  )
}
