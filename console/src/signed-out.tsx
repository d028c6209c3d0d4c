// The entry of /sign-in and /sign-up: small, since it is the first thing that people load (UI-3).
import { show } from './look/look.tsx'
import { isSignUp } from './navigation/routes.ts'
import { SignInPage } from './sign-in/sign-in-page.tsx'
import { SignUpPage } from './sign-up/sign-up-page.tsx'

show(isSignUp ? <SignUpPage /> : <SignInPage />)
