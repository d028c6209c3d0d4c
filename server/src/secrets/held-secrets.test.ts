import { execFileSync } from 'node:child_process'
import { mkdtemp, open, readFile as readAnyFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type StandInAws, startAws } from '../../../tests/secrets/aws.ts'
import { type StandInVault, startVault } from '../../../tests/secrets/vault.ts'
import { createHeldSecrets, type HeldSecrets } from './held-secrets.ts'
import { fileReference, parseReference, type Reference } from './reference.ts'

vi.mock('node:fs/promises', async (original) => {
  const real: typeof import('node:fs/promises') = await original()
  return { ...real, open: vi.fn(real.open), readFile: vi.fn(real.readFile) }
})

let vault: StandInVault
let aws: StandInAws
let folder: string
let said: { level: string; fields: object; message: string }[]
beforeAll(async () => {
  vault = await startVault()
  aws = await startAws()
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await vault.close()
  await aws.close()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-secrets-'))
  said = []
  Object.assign(vault, { leaseSeconds: 0, tokenSeconds: 3600 })
})
afterEach(async () => {
  vi.restoreAllMocks()
  vault.mend()
  vault.forget()
  vault.logins.length = 0
  await rm(folder, { recursive: true })
})

const say = (level: string) => (fields: object, message: string) => void said.push({ level, fields, message })
const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
const place = (text: string) => parseReference(text) as Reference
const environment = () => ({ VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token })
const read = (held: HeldSecrets, setting: string, text: string, more: Record<string, string | undefined> = {}) =>
  held.read(setting, place(text), { ...environment(), ...more })

/** The monotonic clock of this process jumps. */
const later = (seconds: number) => {
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + seconds * 1000)
}

describe('OPS-2 a secret in Vault', () => {
  test('several of one path are asked for once, and again within their lease', async () => {
    vault.put('vigile', { smtp: 'one', redis: 'two' })
    const held = createHeldSecrets()
    expect(await read(held, 'SMTP_URL', 'vault:secret/data/vigile#smtp')).toBe('one')
    expect(await read(held, 'REDIS_URL', 'vault:secret/data/vigile#redis')).toBe('two')
    expect(vault.asked('read')).toHaveLength(1)
    expect(await held.renew(60, log)).toEqual([])
    vault.put('vigile', { smtp: 'three', redis: 'two' })
    expect(await held.renew(60, log)).toEqual([])
    later(61)
    expect(await held.renew(60, log)).toEqual(['SMTP_URL'])
    expect(await read(held, 'SMTP_URL', 'vault:secret/data/vigile#smtp')).toBe('three')
    expect(vault.asked('read')).toHaveLength(3)
    expect(said).toEqual([])
  })

  test('a lease that is shorter than the setting is kept', async () => {
    vault.leaseSeconds = 5
    vault.put('vigile', { smtp: 'one' })
    const held = createHeldSecrets()
    await read(held, 'SMTP_URL', 'vault:secret/data/vigile#smtp')
    await held.renew(60, log)
    vault.put('vigile', { smtp: 'two' })
    later(6)
    expect(await held.renew(60, log)).toEqual(['SMTP_URL'])
  })

  test.each([
    ['no such path', 'vault:secret/data/none#smtp', {}, 'Vault answers 404'],
    ['no such field', 'vault:secret/data/vigile#none', {}, 'no text in "none"'],
    ['a field of the prototype', 'vault:secret/data/vigile#constructor', {}, 'no text in "constructor"'],
    ['an empty one', 'vault:secret/data/vigile#empty', {}, 'it is empty'],
    ['one that is no text', 'vault:secret/data/vigile#number', {}, 'no text in "number"'],
    ['one that is too long', 'vault:secret/data/vigile#long', {}, 'longer than 65536'],
    ['a version that was deleted', 'vault:secret/data/gone#smtp', {}, 'Vault answers 404'],
    ['a token of no use', 'vault:secret/data/vigile#smtp', { VAULT_TOKEN: 'planted' }, 'Vault answers 403'],
    ['a token with a line end', 'vault:secret/data/vigile#smtp', { VAULT_TOKEN: 'planted\nX: y' }, "can't be reached"],
    ['no token', 'vault:secret/data/vigile#smtp', { VAULT_TOKEN: '' }, 'there is no VAULT_TOKEN'],
    ['no address', 'vault:secret/data/vigile#smtp', { VAULT_ADDR: '' }, 'VAULT_ADDR is not'],
    ['nobody there', 'vault:secret/data/vigile#smtp', { VAULT_ADDR: 'http://127.0.0.1:1' }, "can't be reached"],
    [
      'plain http in production',
      'vault:secret/data/vigile#smtp',
      { VAULT_ADDR: 'http://vault.example:8200', NODE_ENV: 'production' },
      'plain http',
    ],
  ])('%s: said, without what is secret', async (_, text, more, why) => {
    vault.put('vigile', { smtp: 'planted', empty: ' ', number: 7, long: 'planted'.repeat(10_000) })
    vault.put('gone', null)
    const error = await read(createHeldSecrets(), 'SMTP_URL', text, more).then(null, (reason: unknown) => reason)
    expect(String(error)).toContain(why)
    expect(String(error) + (error as Error).stack + String((error as Error).cause)).not.toContain('planted')
  })

  test.each(['broken', 'huge', 'cut', 500] as const)('an answer that is %s is no secret', async (fault) => {
    vault.put('vigile', { smtp: 'one' })
    vault.next('read', fault)
    await expect(read(createHeldSecrets(), 'SMTP_URL', 'vault:secret/data/vigile#smtp')).rejects.toThrow()
  })

  test('an answer that leads elsewhere is not followed: the token would go there', async () => {
    vault.next('read', { status: 307, headers: { location: `${aws.url}/` } })
    await expect(read(createHeldSecrets(), 'SMTP_URL', 'vault:secret/data/vigile#smtp')).rejects.toThrow()
    expect(aws.asked()).toEqual([])
  })

  test('AppRole, and again where its token was revoked or has ended', async () => {
    await writeFile(join(folder, 'secret-id'), 'secret-1\n')
    vault.logins.push({ role_id: 'role-1', secret_id: 'secret-1' })
    vault.put('vigile', { smtp: 'one' })
    const signedIn = { VAULT_TOKEN: '', VAULT_ROLE_ID: 'role-1', VAULT_SECRET_ID_FILE: join(folder, 'secret-id') }
    const held = createHeldSecrets()
    await read(held, 'SMTP_URL', 'vault:secret/data/vigile#smtp', { ...signedIn, VAULT_NAMESPACE: 'team' })
    expect(vault.asked('login').map(({ url }) => url.pathname)).toEqual(['/v1/auth/approle/login'])
    expect(vault.asked('read')[0]?.headers['x-vault-namespace']).toBe('team')
    vault.revoke()
    vault.put('vigile', { smtp: 'two' })
    expect(await held.renew(60, log)).toEqual(['SMTP_URL'])
    expect(vault.asked('login')).toHaveLength(2)
    later(3000)
    await held.renew(60, log)
    expect(vault.asked('login')).toHaveLength(3)
    expect(said).toEqual([])
  })

  test('Kubernetes: what the pod proves itself with, read anew at each sign-in', async () => {
    await writeFile(join(folder, 'jwt'), 'jwt-1')
    vault.logins.push({ role: 'vigile', jwt: 'jwt-1' })
    vault.put('vigile', { smtp: 'one' })
    const pod = {
      VAULT_TOKEN: '',
      VAULT_ROLE: 'vigile',
      VAULT_JWT_FILE: join(folder, 'jwt'),
      VAULT_AUTH_PATH: 'k8s-paris',
    }
    expect(await read(createHeldSecrets(), 'SMTP_URL', 'vault:secret/data/vigile#smtp', pod)).toBe('one')
    expect(vault.asked('login').map(({ url }) => url.pathname)).toEqual(['/v1/auth/k8s-paris/login'])
  })

  test('a token that was given is kept alive; one that an agent keeps is read from its file', async () => {
    vault.put('vigile', { smtp: 'one' })
    const held = createHeldSecrets()
    await read(held, 'SMTP_URL', 'vault:secret/data/vigile#smtp')
    expect(vault.asked('renew')).toHaveLength(1)
    later(1801)
    await held.renew(60, log)
    expect(vault.asked('renew')).toHaveLength(2)
    await writeFile(join(folder, 'token'), `${vault.token}\n`)
    const kept = { VAULT_TOKEN: '', VAULT_TOKEN_FILE: join(folder, 'token') }
    expect(await read(createHeldSecrets(), 'SMTP_URL', 'vault:secret/data/vigile#smtp', kept)).toBe('one')
  })
})

describe('OPS-2 a secret in AWS, asked for by its own client', () => {
  test('a text, or a field of one that is JSON, by name or by ARN', async () => {
    aws.put('vigile/smtp', 'smtp://mail\n')
    aws.put('vigile/all', JSON.stringify({ redis: 'redis://r' }))
    const held = createHeldSecrets()
    expect(await read(held, 'SMTP_URL', 'aws:vigile/smtp')).toBe('smtp://mail')
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:vigile/all-AbCdEf'
    expect(await read(held, 'REDIS_URL', `aws:${arn}#redis`)).toBe('redis://r')
    expect(aws.asked('read').at(-1)?.headers.authorization).toContain('/eu-west-1/secretsmanager/')
    await held.renew(60, log)
    aws.put('vigile/smtp', 'smtp://mail-2')
    later(61)
    expect(await held.renew(60, log)).toEqual(['SMTP_URL'])
  })

  test.each([
    ['aws:none', 'AWS: ResourceNotFoundException'],
    ['aws:vigile/text#smtp', 'it is no JSON'],
    ['aws:vigile/empty', 'it is empty'],
  ])('%s: %s', async (text, why) => {
    aws.put('vigile/text', 'planted')
    aws.put('vigile/empty', '')
    const error: unknown = await read(createHeldSecrets(), 'SMTP_URL', text).catch((reason: unknown) => reason)
    expect(String(error)).toContain(why)
    expect((error as Error).stack).not.toContain('planted')
  })
})

test('OPS-2 AWS that can’t be asked: why is said', async () => {
  vi.stubEnv('AWS_REGION', undefined)
  const held = createHeldSecrets()
  await expect(read(held, 'SMTP_URL', 'aws:vigile/smtp')).rejects.toThrow('AWS: Region is missing')
  vi.stubEnv('AWS_REGION', aws.environment.AWS_REGION)
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', 'http://127.0.0.1:1')
  await expect(read(createHeldSecrets(), 'SMTP_URL', 'aws:vigile/smtp')).rejects.toThrow('AWS: ECONNREFUSED')
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', aws.url)
  aws.next('read', 'broken')
  await expect(read(createHeldSecrets(), 'SMTP_URL', 'aws:vigile/smtp')).rejects.toThrow(/^AWS: \w+$/)
})

describe('OPS-2 a secret in a file', () => {
  const readFile = (held: HeldSecrets, path: string) => held.read('SMTP_URL', fileReference(path), {})

  test('a new one counts once it was seen twice alike: what is half written does not', async () => {
    const path = join(folder, 'smtp')
    await writeFile(path, 'smtp://one\n')
    const held = createHeldSecrets()
    expect(await readFile(held, path)).toBe('smtp://one')
    await writeFile(path, 'smtp://tw')
    expect(await held.renew(60, log)).toEqual([])
    await writeFile(path, 'smtp://two')
    expect(await held.renew(60, log)).toEqual([])
    expect(await readFile(held, path)).toBe('smtp://one')
    expect(await held.renew(60, log)).toEqual(['SMTP_URL'])
    expect(await readFile(held, path)).toBe('smtp://two')
  })

  test('Kubernetes swaps the link of a folder', async () => {
    const [path, first, second] = ['..data', 'first', 'second'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await writeFile(first, 'smtp://one')
    await writeFile(second, 'smtp://two')
    await symlink(first, path)
    const held = createHeldSecrets()
    await readFile(held, path)
    await rm(path)
    await symlink(second, path)
    await held.renew(60, log)
    expect(await held.renew(60, log)).toEqual(['SMTP_URL'])
  })

  test('OPS-5 one that is away or emptied stays as it was: said once, and once when it is back', async () => {
    const path = join(folder, 'smtp')
    await writeFile(path, 'smtp://one')
    const held = createHeldSecrets()
    await readFile(held, path)
    await rm(path)
    for (let times = 0; times < 3; times++) expect(await held.renew(60, log)).toEqual([])
    await writeFile(path, '')
    expect(await held.renew(60, log)).toEqual([])
    later(100)
    expect(held.states()).toEqual([{ setting: 'SMTP_URL', seconds: expect.closeTo(100, -1), isNewest: false }])
    await writeFile(path, 'smtp://one')
    expect(await held.renew(60, log)).toEqual([])
    expect(said.map(({ level, fields }) => [level, fields])).toEqual([
      ['error', expect.objectContaining({ setting: 'SMTP_URL', from: `file:${path}`, alert: 'secret_away' })],
      ['info', { setting: 'SMTP_URL', from: `file:${path}` }],
    ])
    expect(held.states()[0]?.seconds).toBeLessThan(50)
    expect(held.states()[0]?.isNewest).toBe(true)
  })

  test('OPS-5 one that is refused gives way to the one before, until another one comes', async () => {
    const path = join(folder, 'smtp')
    await writeFile(path, 'good')
    const held = createHeldSecrets()
    await readFile(held, path)
    const renewTwice = async () => [await held.renew(60, log), await held.renew(60, log)].flat()
    await writeFile(path, 'bad')
    expect(await renewTwice()).toEqual(['SMTP_URL'])
    const isNewest = () => held.states()[0]?.isNewest
    expect(isNewest()).toBe(true)
    held.refuse('SMTP_URL')
    expect(await readFile(held, path)).toBe('good')
    expect(await renewTwice()).toEqual([])
    expect(isNewest()).toBe(false)
    await writeFile(path, 'good')
    expect(await renewTwice()).toEqual([])
    expect(isNewest()).toBe(true)
    await writeFile(path, 'better')
    expect(await renewTwice()).toEqual(['SMTP_URL'])
  })

  test('OPS-7 a file that became a pipe takes no thread: it is away, and the others are read', async () => {
    const [path, other] = [join(folder, 'smtp'), join(folder, 'redis')]
    await writeFile(path, 'smtp://one')
    await writeFile(other, 'redis://one')
    const held = createHeldSecrets()
    await readFile(held, path)
    await held.read('REDIS_URL', fileReference(other), {})
    await rm(path)
    execFileSync('mkfifo', [path])
    await writeFile(other, 'redis://two')
    expect([await held.renew(60, log), await held.renew(60, log)].flat()).toEqual(['REDIS_URL'])
    expect(said).toMatchObject([
      { fields: { setting: 'SMTP_URL', alert: 'secret_away', err: { message: 'it is no regular file' } } },
    ])
  })

  test('OPS-7 a file that hangs (a folder of another machine’s) takes one thread, however often it is looked at', async () => {
    const path = join(folder, 'smtp')
    await writeFile(path, 'smtp://one')
    const held = createHeldSecrets()
    await readFile(held, path)
    const calls = () => vi.mocked(open).mock.calls.length + vi.mocked(readAnyFile).mock.calls.length
    const hang = Promise.withResolvers<never>()
    vi.mocked(open).mockReturnValueOnce(hang.promise)
    vi.mocked(readAnyFile).mockReturnValueOnce(hang.promise)
    const before = calls()
    const rounds = Array.from({ length: 5 }, () => held.renew(60, log))
    await new Promise(setImmediate)
    expect(calls() - before).toBe(1)
    hang.reject(new Error('ESTALE'))
    expect((await Promise.all(rounds)).flat()).toEqual([])
    await writeFile(path, 'smtp://two')
    expect([await held.renew(60, log), await held.renew(60, log)].flat()).toEqual(['SMTP_URL'])
  })
})
