// What the account has to prove itself with: several sections show it, and each can change it.
import type { Factors } from '@vigile/contract'
import type { AuthProblem } from '@vigile/react'
import { createContext, useCallback, useContext, useEffect, useState } from 'react'
import { send } from '../forms/send.ts'

type Held = {
  readonly factors: Factors | null
  readonly problem: AuthProblem | null
  /** Loads them again: what was shown stays until the new is here. */
  readonly load: () => Promise<void>
}

export const FactorsContext = createContext<Held>({ factors: null, problem: null, load: async () => {} })

export const useFactors = (): Held => useContext(FactorsContext)

/** For the page itself, which gives them to its sections. */
export function useLoadedFactors(): Held {
  const [held, setHeld] = useState<Omit<Held, 'load'>>({ factors: null, problem: null })
  const load = useCallback(async () => {
    const result = await send<Factors>('GET', '/factors')
    setHeld((before) => (result.ok ? { factors: result.value, problem: null } : { ...before, problem: result.problem }))
  }, [])
  useEffect(() => void load(), [load])
  return { ...held, load }
}
