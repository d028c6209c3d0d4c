import Link from 'next/link'
import { CredentialsForm } from '../../../components/credentials-form.tsx'

export default async function Page({ searchParams }: { searchParams: Promise<{ returnTo?: string | string[] }> }) {
  const { returnTo } = await searchParams
  return (
    <>
      <h1>Sign in</h1>
      <CredentialsForm act="signIn" returnTo={typeof returnTo === 'string' ? returnTo : '/products'} />
      <p>
        No account yet? <Link href="/sign-up">Sign up</Link>
      </p>
    </>
  )
}
