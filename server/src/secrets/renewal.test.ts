import { afterEach, expect, test, vi } from 'vitest'
import type { ConfigurationFault } from '../configuration/faults.ts'
import type { HeldSecrets } from './held-secrets.ts'
import { type SecretsRenewal, startSecretsRenewal } from './renewal.ts'

let renewal: SecretsRenewal | undefined
afterEach(() => renewal?.stop())

/** Secrets that change as they are told; `bad` of them are what no setting takes. */
const start = (bad: () => readonly ConfigurationFault[], renew: HeldSecrets['renew']) => {
  const refused: string[] = []
  const said: [string, object][] = []
  const messages: string[] = []
  let applied = 0
  const secrets = { renew, refuse: (setting: string) => void refused.push(setting) } as HeldSecrets
  const say = (level: string) => (fields: object, message: string) => {
    said.push([level, fields])
    messages.push(message)
  }
  const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  const apply = async () => {
    const faults = bad().filter(({ setting }) => !refused.includes(setting.split(' ')[0] as string))
    if (faults.length === 0) applied += 1
    return faults
  }
  renewal = startSecretsRenewal({ secrets, everySeconds: 60, apply, log })
  return { look: renewal.look, refused, said, messages, applied: () => applied }
}
const fault = (setting: string) => ({ setting, wrong: 'it is wrong', right: 'write another' })
const once = (settings: readonly string[]) => vi.fn().mockResolvedValue([]).mockResolvedValueOnce(settings)

test('OPS-2 a malformed new secret is refused, said at error, and does not keep the others from coming into use', async () => {
  const { look, refused, said, applied } = start(
    () => [fault('SMTP_URL (mail.url)')],
    once(['DATABASE_URL', 'SMTP_URL']),
  )
  await look()
  expect(refused).toEqual(['SMTP_URL'])
  expect(applied()).toBe(1)
  expect(said).toEqual([
    ['error', { settings: ['SMTP_URL'], faults: [fault('SMTP_URL (mail.url)')], alert: 'secret_refused' }],
    ['info', { settings: ['DATABASE_URL'] }],
  ])
})

test('OPS-2 a fault that names none of them refuses them all', async () => {
  let isAsked = false
  const bad = () => (isAsked ? [] : [fault('publicUrl')])
  const { look, refused, applied } = start(bad, once(['DATABASE_URL', 'SMTP_URL']))
  await look()
  isAsked = true
  expect(refused).toEqual(['DATABASE_URL', 'SMTP_URL'])
  expect(applied()).toBe(0)
})

test('OPS-2 nothing new, nothing done', async () => {
  const { look, said, applied } = start(() => [], once([]))
  await look()
  expect([applied(), said]).toEqual([0, []])
})

test('TOK-9 who looks for an unknown secret does not wait for a source that hangs, and looks with the others', async () => {
  const renew = vi.fn(() => new Promise<never>(() => {}))
  const { look } = start(() => [], renew)
  await Promise.all([look(), look()])
  expect(renew).toHaveBeenCalledTimes(1)
})

test('TOK-9 a new VIGILE_SECRET is not said to be in use: it is, once every node has it', async () => {
  const { look, messages } = start(() => [], once(['VIGILE_SECRET', 'SMTP_URL']))
  await look()
  expect(messages).toEqual(['a new secret is known: it is used once every node has it', 'new secrets are in use'])
})
