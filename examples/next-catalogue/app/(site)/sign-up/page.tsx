import Link from 'next/link'
import { CredentialsForm } from '../../../components/credentials-form.tsx'

export default async function Page({ searchParams }: { searchParams: Promise<{ returnTo?: string | string[] }> }) {
  const { returnTo } = await searchParams
  return (
    <>
      <h1>Sign up</h1>
      <CredentialsForm act="signUp" returnTo={typeof returnTo === 'string' ? returnTo : '/products'} />
      <p>
        An account already? <Link href="/sign-in">Sign in</Link>
      </p>
    </>
  )
}
