// Acts that need a recent sign-in (SPEC TOK-11). Where one is refused, a dialog asks for the ordinary sign-in of the same
// account, and the act is sent once more. The new session takes the place of the old one; other tabs live on.
import type { Result } from '@vigile/client'
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react'
import { client } from '../client.ts'
import { leaveForSecondFactor } from '../navigation/routes.ts'
import { SignInAgain, type Step } from './sign-in-again.tsx'

/**
 * Sends an act, and gives what came of it. Where the reader does not sign in again, that is `reauthentication_required`.
 * @param password what the reader has just typed for this act: then they are not asked for it twice
 * @example const result = await act(() => send('DELETE', '/factors/totp'))
 */
export type Act = <T>(send: () => Promise<Result<T>>, password?: string) => Promise<Result<T>>

const ActContext = createContext<Act>((send) => send())

/** How every section of the account page acts. */
export const useAct = (): Act => useContext(ActContext)

/** @param props.email of the account that signs in again */
export function RecentSignIn({ email, children }: { email: string; children: ReactNode }) {
  const [step, setStep] = useState<Step>('closed')
  // Acts at the same time wait for the same answer.
  const waiting = useRef<((signedIn: boolean) => void)[]>([])
  const answer = (signedIn: boolean) => {
    setStep('closed')
    for (const go of waiting.current.splice(0)) go(signedIn)
  }

  // No factor to prove: one has to be set up first, and that is more than a dialog holds.
  const goTo = useCallback((next: Step) => (next.length > 0 ? setStep(next) : leaveForSecondFactor()), [])

  const act = useCallback<Act>(
    async (send, password) => {
      const refused = await send()
      if (refused.ok || refused.problem.code !== 'reauthentication_required') return refused
      let first: Step = 'first'
      if (password !== undefined) {
        const entered = await client.signIn({ email, password })
        if (!entered.ok) return entered
        if (!('next' in entered.value)) return send()
        if (entered.value.next === 'second_factor') first = entered.value.factors
      }
      const signedIn = await new Promise<boolean>((resolve) => {
        waiting.current.push(resolve)
        goTo(first)
      })
      return signedIn ? send() : refused
    },
    [email, goTo],
  )

  return (
    <ActContext value={act}>
      {children}
      <SignInAgain
        email={email}
        step={step}
        onFirstFactor={() => goTo('first')}
        onSecondFactor={goTo}
        onSignedIn={() => answer(true)}
        onCancel={() => answer(false)}
      />
    </ActContext>
  )
}
