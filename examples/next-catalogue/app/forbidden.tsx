import Link from 'next/link'

export default function Forbidden() {
  return (
    <>
      <h1>Not for you</h1>
      <p>Your roles do not hold what this page needs. Whoever manages the people can give you one that does.</p>
      <p>
        <Link href="/products">To the products</Link>
      </p>
    </>
  )
}
