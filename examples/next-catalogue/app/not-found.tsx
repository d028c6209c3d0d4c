import Link from 'next/link'

export default function NotFound() {
  return (
    <>
      <h1>Not here</h1>
      <p>
        <Link href="/products">To the products</Link>
      </p>
    </>
  )
}
