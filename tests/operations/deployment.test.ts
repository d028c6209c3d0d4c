// What ops/ gives to systemd, Docker and Kubernetes, as their own tools see it, and as Vigile does.
import { existsSync, readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { blocksIn } from '../docs/blocks.ts'
import { typeErrorsIn } from '../docs/type-check.ts'
import { runVigile, vigileProgram } from '../nodes/node.ts'
import { temporaryFolder } from '../services/place.ts'
import { runProgram } from '../services/process.ts'
import { programPath } from '../services/program-path.ts'

const root = join(import.meta.dirname, '../..')
const ops = join(root, 'ops')
const read = (file: string) => readFileSync(join(ops, file), 'utf8')

describe('OPS-9 systemd', () => {
  let unit: string
  beforeAll(async () => {
    // Vigile is elsewhere on this machine.
    const text = read('systemd/vigile@.service').replace('=/opt/vigile/current/node_modules', `=${root}/node_modules`)
    const folder = await temporaryFolder('systemd')
    unit = join(folder.path, 'vigile@.service')
    await writeFile(unit, text)
    return folder.remove
  })
  const analyze = (...args: string[]) =>
    runProgram({ command: programPath('systemd-analyze'), args: ['--no-pager', ...args, unit] })

  test('has nothing to say against the unit', async () => {
    expect(await analyze('--man=no', 'verify')).toBe('')
  })

  test('finds it hardened: an exposure under 1.5 of 10', async () => {
    expect(await analyze('security', '--offline=true', '--threshold=15')).toContain('Overall exposure level')
  })
})

test('OPS-9 DOC-1 a machine whose own Node is too old: unit and page run Vigile on the one that ready.mjs brings', async () => {
  const commands = [read('systemd/vigile@.service'), page()].map((text) =>
    /^(?:ExecStart=|vigile\(\) \{ )(?<node>\S+) (?<program>\/opt\S+)/m.exec(text),
  )
  for (const found of commands) {
    const { node = '', program = '' } = found?.groups ?? {}
    const [command, file] = [node, program].map((path) => path.replace('/opt/vigile/current', root))
    expect(existsSync(file ?? '')).toBe(true)
    expect(await runProgram({ command: command ?? '', args: ['--version'] })).toMatch(/^v(2[4-9]|22\.(1[89]|[2-9]\d))/)
  }
})

test('OPS-9 on a Node that is too old the program says which it needs, and nothing else', async () => {
  const old = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})`
  const program = join(root, 'server/bin/vigile.js')
  const start = (LANG: string) =>
    runProgram({ command: process.execPath, args: ['--import', old, program, 'start'], env: { LANG } })
  await expect(start('C')).rejects.toThrow(/failed \(2\)\nVigile needs Node 22\.18 or newer, and this is .*\n$/)
  await expect(start('fr_FR.UTF-8')).rejects.toThrow('Vigile demande Node 22.18 ou plus récent')
})

test('OPS-9 docker-compose accepts the compose file', async () => {
  const args = ['-f', join(ops, 'compose/compose.yaml'), 'config']
  const { services } = parse(await runProgram({ command: programPath('docker-compose'), args }))
  expect(Object.keys(services).sort()).toEqual(['migrate', 'nginx', 'node-1', 'node-2', 'postgres', 'redis'])
  // nginx is told addresses, not names.
  for (const node of ['node-1', 'node-2'])
    expect(read('compose/upstream.conf')).toContain(`server ${services[node].networks.inside.ipv4_address}:3000 `)
  expect(services['node-1'].environment.VIGILE_TRUSTED_PROXIES).toBe(services.nginx.networks.inside.ipv4_address)
})

test('OPS-9 the Dockerfile is one, and runs as nobody in particular', () => {
  const text = read('docker/Dockerfile')
  expect(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([])
  expect(text).toMatch(/^USER [1-9]\d*$/m)
})

const groups: Readonly<Record<string, string>> = { v1: 'core/v1', 'networking.k8s.io/v1': 'networking/v1' }
const manifests = ['vigile', 'migrate', 'restore', 'secret.example'].flatMap((name) =>
  parseAllDocuments(read(`kubernetes/${name}.yaml`)).map((document) => ({ name, ...document.toJS() })),
)

describe('OPS-9 Kubernetes', () => {
  // An object literal has to have every field that its type wants, and no other.
  const typed = ({ name, ...manifest }: (typeof manifests)[number], line: number) => {
    const { apiVersion, kind } = manifest
    const from = `kubernetes-types/${groups[apiVersion] ?? apiVersion}`
    const code = `import type { ${kind} } from '${from}'\nconst manifest: ${kind} = ${JSON.stringify(manifest)}\n`
    return { page: `${name}.md`, line, language: 'ts', note: '', code }
  }

  test('every manifest is what the API takes', () => {
    expect(manifests.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy', 'Job', 'Secret']),
    )
    expect(typeErrorsIn(manifests.map(typed), 'kubernetes')).toEqual([])
  })

  test('a field that there is not is told', () => {
    const wrong = { name: 'wrong', apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spec: { maxUnavailabel: 1 } }
    expect(typeErrorsIn([typed(wrong, 1)], 'kubernetes-wrong')).toEqual([expect.stringContaining('maxUnavailabel')])
  })

  test('what is selected, mounted and asked for is there', () => {
    const of = (kind: string) => manifests.filter((one) => one.kind === kind)
    const [{ spec }] = of('Deployment')
    const { labels } = spec.template.metadata
    const selectors = [
      spec.selector.matchLabels,
      ...of('Service').map((service) => service.spec.selector),
      of('PodDisruptionBudget')[0].spec.selector.matchLabels,
      of('NetworkPolicy')[0].spec.podSelector.matchLabels,
    ]
    for (const selector of selectors) expect(labels).toMatchObject(selector)
    const files = Object.values<string>(of('ConfigMap')[0].data).filter((value) => value.startsWith('/run/secrets'))
    const keys = Object.keys(of('Secret')[0].stringData)
    expect(files.sort()).toEqual(keys.map((key) => `/run/secrets/vigile/${key}`).sort())
  })
})

describe('OPS-6 OPS-9 while no node is ready', () => {
  type Path = { path: string; pathType: string; backend: { service: { name: string; port: { name: string } } } }
  const [{ spec: ingress }] = manifests.filter(({ kind }) => kind === 'Ingress')
  const paths: readonly Path[] = ingress.rules[0].http.paths
  /** Exact ones first, then the longest beginning: as the API says. */
  const serviceOf = (asked: string) => {
    const exact = paths.find(({ path, pathType }) => pathType === 'Exact' && path === asked)
    const { backend } = exact ?? paths.find(({ path, pathType }) => pathType === 'Prefix' && path === '/') ?? {}
    const service = manifests.find(
      ({ kind, metadata }) => kind === 'Service' && metadata.name === backend?.service.name,
    )
    expect(service.spec.ports).toMatchObject([{ name: backend?.service.port.name }])
    return service.spec
  }

  test.each(['/status', '/status.json'])('Kubernetes still has %s answered', (asked) => {
    expect(serviceOf(asked)).toMatchObject({ publishNotReadyAddresses: true })
  })

  test.each(['/', '/api/auth/login', '/status/'])('%s goes to nodes that are ready alone', (asked) => {
    expect(serviceOf(asked).publishNotReadyAddresses).toBeUndefined()
  })
})

const secrets: Readonly<Record<string, string>> = {
  secret: 'nB7kQ2xWm4rZp8yLc1dHs5jTf9gEa3uVo6iXw0vQtRbUeJhYk-deployment-01',
  database: 'postgres://vigile:password@127.0.0.1/vigile',
  redis: 'redis://127.0.0.1:6379',
  smtp: 'smtps://user:password@mail.example.com',
  'backup-key': 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
}
const pairs = (lines: string[]) => Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))
const environments: Readonly<Record<string, () => Record<string, string>>> = {
  systemd: () =>
    pairs([
      ...[...read('systemd/vigile@.service').matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) =>
        line.replaceAll('%i', '3001').replaceAll('%d', '/run/secrets').split(' '),
      ),
      ...(read('systemd/environment.example').match(/^\w+=.*$/gm) ?? []),
    ]),
  compose: () => parse(read('compose/compose.yaml'), { merge: true })['x-vigile'].environment,
  Kubernetes: () => manifests.find(({ kind }) => kind === 'ConfigMap').data,
}

test.each(Object.entries(environments))('OPS-1 OPS-9 Vigile would start with the settings of %s', async (_, of) => {
  const folder = await temporaryFolder('deployment')
  onTestFinished(folder.remove)
  for (const [name, value] of Object.entries(secrets)) await writeFile(join(folder.path, name), value)
  const here = Object.entries(of()).map(([name, value]) => [
    name,
    value.replace(/^\/run\/secrets(\/vigile)?/, folder.path),
  ])
  const { command, args } = vigileProgram('config check --json', { database: '' })
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', ...Object.fromEntries(here) }
  const said = JSON.parse(await runProgram({ command, args, env }))
  expect(said).toMatchObject({ ok: true, production: true, warnings: [] })
})

test.each(Object.entries(environments))(
  'OPS-8 OPS-9 backups are taken by schedule with the files for %s, and no node can read them',
  async (_, of) => {
    const settings = of()
    expect(settings).toMatchObject({
      VIGILE_BACKUP_TO: expect.stringMatching(/^(\/|s3:)/),
      VIGILE_BACKUP_KEY_FILE: expect.stringMatching(/backup-key$/),
    })
  },
)

test('OPS-8 a folder for backups is one that the nodes can write to, and that outlives them', () => {
  // systemd gives its state folders to the user of the unit: the same for every node, or each would take them from the other.
  const unit = read('systemd/vigile@.service')
  expect(unit).toMatch(/^StateDirectory=.*\bvigile\/backups$/m)
  expect(unit).toMatch(/^User=vigile$/m)
  expect(environments.systemd?.()).toMatchObject({ VIGILE_BACKUP_TO: '/var/lib/vigile/backups' })
  const { 'x-vigile': vigile, volumes } = parse(read('compose/compose.yaml'), { merge: true })
  const [volume, folder] = vigile.volumes[0].split(':')
  expect(folder).toBe(vigile.environment.VIGILE_BACKUP_TO)
  expect(Object.keys(volumes)).toContain(volume)
  // A new volume takes its owner from the image.
  const docker = read('docker/Dockerfile')
  expect(docker).toMatch(/install -d -o 1000 -g 1000 -m 700 \/var\/backups\/vigile/)
  expect(docker.indexOf('/var/backups/vigile')).toBeLessThan(docker.indexOf('USER 1000'))
})

test('OPS-9 the image of the release before stays: a build has a name of its own', () => {
  expect(parse(read('compose/compose.yaml'), { merge: true })['x-vigile'].image).toMatch(/^vigile:\$\{VIGILE_RELEASE/)
})

test('OPS-8 OPS-9 the Job that restores has what the nodes have, and the key that they must not have', () => {
  const [restore] = manifests.filter(({ metadata }) => metadata.name === 'vigile-restore')
  const [nodes] = manifests.filter(({ kind }) => kind === 'Deployment')
  const [container] = restore.spec.template.spec.containers
  const [node] = nodes.spec.template.spec.containers
  expect(container.envFrom).toEqual(node.envFrom)
  expect(container.volumeMounts).toEqual(expect.arrayContaining(node.volumeMounts))
  expect(container.env[0].value).toBe(`${container.volumeMounts[1].mountPath}/backup-key`)
  const volumes = restore.spec.template.spec.volumes.map(({ name }: { name: string }) => name)
  expect(container.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(volumes)
})

test('OPS-8 DOC-1 the page for the day on which the data is gone, line by line: drill, restore, verify', async () => {
  const { code = '' } = shellBlocks().find((block) => block.code.includes('vigile restore')) ?? {}
  const folder = await temporaryFolder('bad-day')
  onTestFinished(folder.remove)
  const at = (name: string) => join(folder.path, name)
  const key = JSON.parse(await runVigile('backup key --json', { database: 'file:./nowhere.db' }))
  // As the unit and the page have it: the nodes' half.
  await writeFile(at('backup-key'), key.recipient)
  await writeFile(at('backup-secret'), key.identity)
  const settings = {
    database: `file:${at('vigile.db')}`,
    environment: { VIGILE_BACKUP_TO: at('backups'), VIGILE_BACKUP_KEY_FILE: at('backup-key') },
  }
  await runVigile('migrate', settings)
  await runVigile('backup', settings)
  await rm(at('vigile.db'))
  const { command, args, env } = vigileProgram('', settings)
  const line = [command, ...args.filter((one) => one !== '')].map((one) => `'${one}'`).join(' ')
  const stubs = `set -e\nsystemctl() { :; }\nvigile() { ${line} "$@"; }\n`
  const script = `${stubs}${code.replace('/media/key/backup-secret', at('backup-secret'))}`
  const said = await runProgram({ command: '/bin/sh', args: ['-c', script], env })
  expect(said).toContain('Servers may start again')
  expect(said).not.toContain('run `vigile migrate`')
}, 120_000)

const page = () => readFileSync(join(ops, '../docs/deployment.md'), 'utf8')
const shellBlocks = () => blocksIn('docs/deployment.md', page()).filter(({ language }) => language === 'sh')

test('OPS-9 an upgrade to a release that does not become ready ends at the first node, and says so', async () => {
  const { code = '' } = shellBlocks().find((block) => block.code.includes('for port in')) ?? {}
  const folder = await temporaryFolder('upgrade')
  onTestFinished(folder.remove)
  const log = join(folder.path, 'log')
  await writeFile(log, '')
  const stubs = `systemctl() { echo "$@" >> ${log}; }; ln() { :; }; curl() { return 22; }; vigile() { :; };\n`
  const said = await runProgram({ command: '/bin/sh', args: ['-c', `${stubs}${code}`] }).catch(String)
  expect((await readFile(log, 'utf8')).trim().split('\n')).toEqual(['restart vigile@3001'])
  expect(said).toContain('vigile@3001')
})

test('DOC-1 OPS-9 the shell reads every block of docs/deployment.md, and every file that the page names is there', async () => {
  const blocks = shellBlocks()
  expect(blocks.length).toBeGreaterThan(4)
  for (const { code } of blocks) await runProgram({ command: '/bin/sh', args: ['-n', '-c', code] })
  const files = [...page().matchAll(/\bops\/[\w./@-]*\w/g)].map(([file]) => file)
  expect(files.filter((file) => !existsSync(join(ops, '..', file)))).toEqual([])
})
