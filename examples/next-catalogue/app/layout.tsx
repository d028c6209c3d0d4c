import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import './catalogue.css'

export const metadata: Metadata = { title: 'Catalogue', description: 'Things for the house' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
