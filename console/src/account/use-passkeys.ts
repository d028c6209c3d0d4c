// The passkeys of the account.
import type { Passkey } from '@vigile/contract'
import type { AuthProblem } from '@vigile/react'
import { useCallback, useEffect, useState } from 'react'
import { send } from '../forms/send.ts'

type Listed = { readonly passkeys: readonly Passkey[] | null; readonly problem: AuthProblem | null }

/** The list, and the way to load it again: what was shown stays until the new one is here. */
export function usePasskeys(): Listed & { list: () => Promise<void> } {
  const [listed, setListed] = useState<Listed>({ passkeys: null, problem: null })
  const list = useCallback(async () => {
    const result = await send<{ passkeys: Passkey[] }>('GET', '/factors/passkeys')
    setListed((before) =>
      result.ok ? { passkeys: result.value.passkeys, problem: null } : { ...before, problem: result.problem },
    )
  }, [])
  useEffect(() => void list(), [list])
  return { ...listed, list }
}
