import Link from 'next/link'
import { Frame } from '../components/frame.tsx'

export default function NotFound() {
  return (
    <Frame>
      <h1>Not here</h1>
      <p>
        <Link href="/products">To the products</Link>
      </p>
    </Frame>
  )
}
