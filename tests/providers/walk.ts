// Walks through a provider's pages without a browser: from its authorization address to the address that it sends back to.

export type Walk = {
  /** Default: the first of the page's list. */
  readonly account?: string
  readonly decision?: 'authorize' | 'cancel'
}

/**
 * Gives the callback address, query included; throws what the page says where the provider sends nobody anywhere.
 * @example
 * const callback = await walk(start.headers.get('location'), { account: 'ada' })
 */
export const walk = async (
  authorizationUrl: string,
  { account, decision = 'authorize' }: Walk = {},
): Promise<string> => {
  const provider = new URL(authorizationUrl).origin
  const cookies = new Map<string, string>()
  const ask = async (url: URL, form?: URLSearchParams) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: cookie === '' ? {} : { cookie },
      ...(form ? { method: 'POST', body: form } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      value === '' ? cookies.delete(name) : cookies.set(name, value)
    }
    return { url, status: response.status, location: response.headers.get('location'), page: await response.text() }
  }
  let reply = await ask(new URL(authorizationUrl))
  for (let steps = 0; steps < 12; steps += 1) {
    if (reply.location !== null) {
      const next = new URL(reply.location, reply.url)
      if (next.origin !== provider) return next.href
      reply = await ask(next)
    } else {
      if (reply.status !== 200) throw new Error(`${reply.status} at ${reply.url.pathname}: ${reply.page}`)
      const first = /<option>([^<]*)</.exec(reply.page)?.[1] ?? ''
      reply = await ask(reply.url, new URLSearchParams({ account: account ?? first, decision }))
    }
  }
  throw new Error(`the pages of ${provider} lead nowhere`)
}
