// Who sends the shots: a few browsers with sessions that come, go, grow old and get mixed up.
import type { Reply, Visitor } from '../support/visitor.ts'
import { type Shot, senders } from './shot.ts'

export type Crowd = { fire(shot: Shot): Promise<Reply> }

/** `visitor` gives a new browser at an address of its own. */
export const createCrowd = (visitor: () => Visitor): Crowd => {
  const browsers = Array.from({ length: senders }, visitor)
  const older = browsers.map((one) => one.jar.snapshot())
  /** What each browser was told last: it may name them rightly. */
  const told = browsers.map(() => ({ fingerprint: '', session: '' }))
  let fired = 0

  const cookiesOf = ({ sender, cookies, path }: Shot, own: Visitor): string | null | undefined => {
    const line = (jar: Visitor['jar']) => jar.for(path).map(({ name, value }) => `${name}=${value}`)
    switch (cookies) {
      case 'own':
        return undefined
      case 'none':
        return null
      case 'mixed':
        return [...line(own.jar), ...line((browsers[(sender + 1) % senders] as Visitor).jar)].join('; ')
      case 'old': {
        const now = own.jar.snapshot()
        own.jar.restore(older[sender] ?? [])
        const header = line(own.jar).join('; ')
        own.jar.restore(now)
        return header
      }
    }
  }

  const remember = (sender: number, { body }: Reply) => {
    const { fingerprint, session } = told[sender] as (typeof told)[number]
    told[sender] = { fingerprint: body?.fingerprint ?? fingerprint, session: body?.session?.id ?? session }
  }

  return {
    fire: async (given) => {
      const shot = given.knows ? knowing(given, told[given.sender] as (typeof told)[number]) : given
      const { method, path, query, headers, body, raw, sender, lands } = shot
      const own = browsers[sender] as Visitor
      fired += 1
      if (fired % 20 === 0) older[sender] = own.jar.snapshot()
      const cookie = cookiesOf(shot, own)
      const reply = await own.send(method, query === '' ? path : `${path}?${query}`, {
        ...(method === 'GET' || method === 'HEAD' ? {} : raw === null ? { body } : { raw }),
        ...(cookie === undefined ? {} : { cookie }),
        ...(shot.csrf ? {} : { csrf: null }),
        ...(shot.origin ? {} : { origin: null }),
        headers,
        lands,
      })
      remember(sender, reply)
      return reply
    },
  }
}

/** The same shot, with the fingerprint and the session that its sender was told. */
const knowing = (shot: Shot, { fingerprint, session }: { fingerprint: string; session: string }): Shot => ({
  ...shot,
  path: shot.path.replace(/(\/sessions)\/.*/, `$1/${session}`),
  body:
    typeof shot.body === 'object' && shot.body !== null
      ? Object.fromEntries(
          Object.entries(shot.body).map(([name, value]) => [
            name,
            ['retry', 'settled', 'only'].includes(name) && typeof value === 'string' ? fingerprint : value,
          ]),
        )
      : shot.body,
})
