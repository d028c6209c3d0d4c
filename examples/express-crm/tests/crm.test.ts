// Le CRM tel qu'on le démarre, sans navigateur : cookies, messages et journal, mot pour mot comme le README les donne.
import { readFileSync } from 'node:fs'
import { developmentSecret } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../../tests/services/place.ts'
import { type Example, startExample } from '../../../tests/support/example.ts'
import { endIdleConnections } from '../../../tests/support/idle-connections.ts'
import { createUser } from '../../../tests/support/operator.ts'
import { goodPassword } from '../../../tests/support/visitor.ts'
import { createPerson, type Person } from './person.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** Les lignes d'un tableau du README : la première colonne, puis les autres. */
const tableOf = (title: string): Map<string, string[]> => {
  const section = readme.split(`## ${title}`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  const cells = rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
  return new Map(cells.map(([first = '', ...others]) => [first, others]))
}

const examples: Example[] = []
const start = async (...given: Parameters<typeof startExample>) => {
  const example = await startExample(...given)
  examples.push(example)
  return example
}
afterAll(() => Promise.all(examples.map((example) => example.stop())))

/** Ce que dit un cookie, sans sa valeur, dans l'ordre du README. */
const attributesOf = (line: string) =>
  line
    .split('; ')
    .slice(1)
    // Un jeton expire à la seconde pleine : à une minute près.
    .map((one) => one.replace(/(?<=Max-Age=)\d+/, (seconds) => String(Math.round(Number(seconds) / 60) * 60)))
    .toSorted()
    .join('; ')

describe('SYS-D les cookies', () => {
  const table = tableOf('Les cookies')
  const cases = [
    ['développement', 0, {}],
    ['production', 1, { NODE_ENV: 'production', VIGILE_PUBLIC_URL: 'https://localhost:8443' }],
  ] as const
  test.each(cases)('COOK-1 COOK-3 COOK-4 COOK-6 COOK-8 en %s', async (_, column, env) => {
    const crm = await start('express-crm', { env })
    const person = createPerson(crm.url, 'VIGILE_PUBLIC_URL' in env ? env.VIGILE_PUBLIC_URL : crm.url)
    await createUser('express-crm', { DATABASE_URL: crm.databaseUrl }, 'ada@example.com')
    const answer = await person.signIn('ada@example.com')
    expect(answer.status).toBe(200)
    for (const name of ['crm_token', 'csrf_token']) {
      const line = answer.headers.getSetCookie().find((one) => one.startsWith(`${name}=`)) ?? ''
      const wanted = table.get(name)?.[column]?.split('; ').toSorted().join('; ')
      expect(attributesOf(line), name).toBe(wanted)
    }
  })
})

describe.each([
  ['la base embarquée', false],
  ['PostgreSQL et Redis', true],
])('SYS-D sur %s', (_, services) => {
  let crm: Example
  let ada: Person
  beforeAll(async () => {
    crm = await start('express-crm', { services })
    ada = createPerson(crm.url)
    expect((await ada.signUp('ada@example.com')).status).toBe(201)
  })

  test('VAL-2 I18N-1 LIM-1 LIM-3 les messages sont mot pour mot ceux du README', async () => {
    const table = tableOf('Les messages, mot pour mot')
    const said = async (situation: string, answer: Response | Promise<Response>) => {
      const { detail } = (await (await answer).json()) as { detail: string }
      expect(detail, situation).toBe(table.get(situation)?.[0])
      table.delete(situation)
    }
    const contact = { name: 'Grace', company: 'Marine', email: 'grace@example.com' }
    const unknown = () => createPerson(crm.url)

    await said('mot de passe faux', unknown().signIn('ada@example.com', 'pas le bon du tout'))
    await said('adresse inconnue', unknown().signIn('personne@example.com'))
    await said('sans session', unknown().get('/api/contacts'))
    await said('jeton CSRF absent', ada.post('/api/contacts', contact, { 'x-csrf-token': '' }))
    await said('autre site', ada.post('/api/contacts', contact, { origin: 'https://ailleurs.example' }))
    await said('contact sans nom', ada.post('/api/contacts', { ...contact, name: ' ' }))
    const added = (await (await ada.post('/api/contacts', contact)).json()) as { id: string }
    await said('sans le droit de supprimer', ada.send('DELETE', `/api/contacts/${added.id}`))
    expect(await (await ada.get('/api/contacts')).json()).toEqual([added])

    await said('adresse déjà inscrite', unknown().signUp('ada@example.com'))
    let last = await unknown().signUp('2@example.com')
    for (let at = 3; at <= 9; at += 1) last = await unknown().signUp(`${at}@example.com`)
    expect(last.status).toBe(201)
    await said('onzième inscription', unknown().signUp('11@example.com'))

    for (let at = 3; at <= 10; at += 1) await unknown().signIn(`inconnue${at}@example.com`)
    await said('onzième échec', unknown().signIn('ada@example.com', 'encore un essai faux'))
    expect([...table.keys()]).toEqual([])
  })

  test('VAL-2 I18N-1 tout est en français, même pour un navigateur réglé en anglais', async () => {
    const bounce = await ada.get('/api/auth/continue?returnTo=/')
    expect(await bounce.text()).toContain('<html lang="fr">')
    for (const [path, status] of [
      ['/api/contacts/disparu', 403],
      ['/api/nulle-part', 404],
      ['/api/auth/nulle-part', 404],
    ] as const) {
      const answer = await ada.send('DELETE', path)
      expect([answer.status, (await answer.json()).detail], path).toEqual([
        status,
        expect.stringMatching(/[éà’]|permission/),
      ])
    }
  })

  test('VAL-2 l’adresse d’un contact n’en ajoute pas d’autres au lien « mailto: »', async () => {
    for (const email of ['a@b.fr?bcc=espion%40mal.fr', 'a@b.fr&cc=e@mal.fr', 'a%0ab@b.fr', 'a@b'])
      expect((await ada.post('/api/contacts', { name: 'Grace', email })).status, email).toBe(400)
  })

  if (services)
    test('RES-3 la base ferme les connexions au repos : le CRM continue', async () => {
      await endIdleConnections(crm.databaseUrl)
      await expect.poll(async () => (await ada.get('/api/contacts')).status).toBe(200)
    })

  test('OPS-4 AUD-2 le journal a une ligne par acte, avec qui et d’où, et rien de secret', async () => {
    // Avant la déconnexion, qui vide les cookies : le jeton d'accès, celui de renouvellement, l'appareil.
    const secrets = ada.secrets()
    expect(secrets).toEqual(expect.arrayContaining([expect.stringMatching(/^eyJ/), expect.stringMatching(/^v1\./)]))
    await ada.post('/api/auth/logout', {})
    const wanted = [...tableOf('Les lignes du journal').keys()].map(
      (act) => tableOf('Les lignes du journal').get(act)?.[0],
    )
    const lines = () =>
      crm
        .log()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    await vi.waitFor(() => expect(lines().map(({ action }) => action)).toEqual(expect.arrayContaining(wanted)), 20_000)
    const added = lines().find(({ action }) => action === 'contact:create')
    expect(added).toMatchObject({ category: 'AUDIT', ip: '127.0.0.1', requestId: expect.any(String) })
    const refused = lines().find(({ action }) => action === 'session:sign-in:failed')
    expect(refused).toMatchObject({ category: 'SECURITY', ip: '127.0.0.1', requestId: expect.any(String) })
    for (const secret of [goodPassword, 'pas le bon du tout', ...secrets]) expect(crm.log()).not.toContain(secret)
  })
})

test('SYS-D TOK-2 en production, deux heures sans rien faire et la session est terminée ; en développement, sept jours', async () => {
  const https = 'https://localhost:8443'
  const [production, development] = [
    await start('express-crm', { env: { NODE_ENV: 'production', VIGILE_PUBLIC_URL: https } }),
    await start('express-crm'),
  ]
  const hour = 3_600_000
  for (const [crm, life] of [
    [production, 2 * hour],
    [development, 7 * 24 * hour],
  ] as const) {
    const person = createPerson(crm.url, crm === production ? https : crm.url)
    await createUser('express-crm', { DATABASE_URL: crm.databaseUrl }, 'ada@example.com')
    expect((await person.signIn('ada@example.com')).status).toBe(200)
    crm.moveClock(life - hour / 2)
    expect((await person.post('/api/auth/refresh', {})).status).toBe(200)
    crm.moveClock(life - hour / 2)
    expect((await person.get('/api/contacts')).status).toBe(200)
    crm.moveClock(hour)
    expect((await person.get('/api/contacts')).status).toBe(401)
    expect((await person.post('/api/auth/refresh', {})).status).toBe(401)
  }
})

test('SYS-D ACC-3 attaque : en production personne ne s’inscrit soi-même pour lire les contacts', async () => {
  const https = 'https://localhost:8443'
  const crm = await start('express-crm', { env: { NODE_ENV: 'production', VIGILE_PUBLIC_URL: https } })
  const mallory = createPerson(crm.url, https)
  const refused = await mallory.signUp('mallory@evil.example')
  expect([refused.status, refused.headers.getSetCookie().join()]).toEqual([
    404,
    expect.not.stringContaining('crm_token'),
  ])
  expect((await mallory.get('/api/contacts')).status).toBe(401)
  expect((await mallory.get('/inscription')).status).toBe(404)
  expect(await (await mallory.get('/connexion')).text()).not.toContain('/inscription')
})

test('SYS-D OPS-8 sur un port déjà pris, le CRM s’arrête, et ne se dit pas prêt', async () => {
  const first = await start('express-crm')
  const second = startExample('express-crm', { port: Number(new URL(first.url).port) })
  const said = await second.then(
    () => 'CRM is ready',
    (error: Error) => error.message,
  )
  expect(said).toContain('EADDRINUSE')
  expect(said).not.toContain('CRM is ready')
})

test('SYS-D OPS-1 aucun secret n’est dans le dépôt : chaque poste fait le sien, une fois', async () => {
  const folders = await Promise.all([temporaryFolder('poste'), temporaryFolder('poste')])
  const [first, second] = folders.map(({ path }) => developmentSecret(path))
  expect(first).toMatch(/^[0-9a-f]{96}$/)
  expect(second).not.toBe(first)
  expect(developmentSecret(folders[0]?.path)).toBe(first)
  await Promise.all(folders.map((folder) => folder.remove()))
  for (const file of ['express-crm/src/auth.ts', 'react-starlette/server/auth.ts']) {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    expect(source, file).toContain('env.VIGILE_SECRET ?? (production ? undefined : developmentSecret())')
  }
})

test('SYS-D OPS-1 en production sans secret, le CRM ne démarre pas, et dit pourquoi', async () => {
  const started = startExample('express-crm', {
    env: { NODE_ENV: 'production', VIGILE_SECRET: '', VIGILE_PUBLIC_URL: 'https://localhost:8443' },
  })
  await expect(started).rejects.toThrow(/VIGILE_SECRET: no secret is set/)
})
