import type { Client } from '@vigile/client'

/** What an action answers: `problem` is the refusal of `checkPermission`, as JSON, or one of the application's own. */
type Answer = { readonly problem?: { readonly code: string } | null | undefined } | null | undefined

/**
 * A server action, as `client.fetch` would send it: where the access token has ended, it is renewed once and the action called again,
 * with what was typed. Any other answer is given as it is.
 *
 * @example
 * const [state, submit] = useActionState(renewing(client, createProduct), null)
 */
export const renewing =
  <Input extends readonly unknown[], Given extends Answer>(
    client: Pick<Client, 'refresh'>,
    action: (...input: Input) => Promise<Given>,
  ) =>
  async (...input: Input): Promise<Given> => {
    const answer = await action(...input)
    if (answer?.problem?.code !== 'unauthenticated') return answer
    return (await client.refresh()) === 'refreshed' ? action(...input) : answer
  }
