import { getSession } from '@vigile/next'
import Link from 'next/link'
import { auth } from '../lib/auth.ts'
import { SignOut } from './sign-out.tsx'

export async function PageHead() {
  const session = await getSession(auth)
  const id = session?.user?.id
  const [people, record] = id
    ? await Promise.all([auth.hasPermission(id, 'roles:read'), auth.hasPermission(id, 'audit:read')])
    : [false, false]
  return (
    <header>
      <Link href="/" className="brand">
        Catalogue
      </Link>
      <nav>
        <Link href="/products">Products</Link>
        {people && <Link href="/people">People</Link>}
        {record && <Link href="/record">Record</Link>}
      </nav>
      <p className="who">
        {session === null ? (
          <Link href="/sign-in" prefetch={false}>
            Sign in
          </Link>
        ) : session.user ? (
          <>
            <span>{session.user.email}</span> <SignOut />
          </>
        ) : (
          // A part is down: that is not "signed out".
          <span>Not known for the moment</span>
        )}
      </p>
    </header>
  )
}
