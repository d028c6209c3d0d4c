import Link from 'next/link'
import { Frame } from '../components/frame.tsx'

export default function Forbidden() {
  return (
    <Frame>
      <h1>Not for you</h1>
      <p>Your roles do not hold what this page needs. Whoever manages the people can give you one that does.</p>
      <p>
        <Link href="/products">To the products</Link>
      </p>
    </Frame>
  )
}
