// Someone whose session is bound, and someone who copied the cookies of it.
import { createDevice, type Device } from '../support/device.ts'
import type { Site } from '../support/site.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'

export type Person = {
  readonly visitor: Visitor
  readonly device: Device
  readonly email: string
  readonly started: Reply
  refresh(body?: object): Promise<Reply>
  ack(body?: object): Promise<Reply>
  /** A session that is 90 s old, with its token confirmed and on the disk. */
  settle(): Promise<void>
}

let people = 0

export const signUpBound = async (site: Site): Promise<Person> => {
  const device = await createDevice(site.publicUrl)
  const visitor = site.visitor()
  people += 1
  const email = `bound-${people}@example.com`
  const started = await device.post(visitor, '/register', { email, password: goodPassword })
  const ack: Person['ack'] = (body) => device.post(visitor, '/ack', body)
  return {
    visitor,
    device,
    email,
    started,
    ack,
    refresh: (body) => device.post(visitor, '/refresh', body),
    settle: async () => {
      await ack({ settled: started.body.fingerprint })
      site.move(90_000)
    },
  }
}

/** Another browser, at another address, with all that this one's jar holds. */
export const thiefOf = (site: Site, { visitor }: Person): Visitor => {
  const thief = site.visitor()
  thief.jar.restore(visitor.jar.snapshot())
  return thief
}
