import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { PageHead } from '../components/page-head.tsx'
import { SessionWatch } from '../components/session-watch.tsx'
import './catalogue.css'

export const metadata: Metadata = { title: 'Catalogue', description: 'Things for the house' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <PageHead />
        <main>{children}</main>
        <SessionWatch />
      </body>
    </html>
  )
}
