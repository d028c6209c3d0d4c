// What the account has to prove itself with besides its password.
import type { Factors } from '@vigile/contract'
import type { AuthProblem } from '@vigile/react'
import { useCallback, useEffect, useState } from 'react'
import { send } from '../forms/send.ts'

type Held = { readonly factors: Factors | null; readonly problem: AuthProblem | null }

/** They, and the way to load them again: what was shown stays until the new is here. */
export function useFactors(): Held & { load: () => Promise<void> } {
  const [held, setHeld] = useState<Held>({ factors: null, problem: null })
  const load = useCallback(async () => {
    const result = await send<Factors>('GET', '/factors')
    setHeld((before) => (result.ok ? { factors: result.value, problem: null } : { ...before, problem: result.problem }))
  }, [])
  useEffect(() => void load(), [load])
  return { ...held, load }
}
