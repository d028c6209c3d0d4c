// Who may import whom: between packages, and between the rooms of the engine.
import { cyclesOf } from './cycles.ts'

export interface SourceFile {
  /** From the repository's root, with `/`: `engine/src/sessions/issue.ts`. */
  path: string
  /** The files it imports, as paths of the same kind. */
  files: string[]
  /** The packages it imports: `@vigile/contract`, `hono/cookie`. */
  packages: string[]
  /** It has an `export * from`. */
  exportsAll: boolean
}

/** Each package's folder, its name, and which of our packages it may import. `contract` is open to all. */
const packages: Record<string, { name: string; mayImport: string[] }> = {
  contract: { name: '@vigile/contract', mayImport: [] },
  engine: { name: '@vigile/engine', mayImport: [] },
  client: { name: '@vigile/client', mayImport: [] },
  sanitize: { name: '@vigile/sanitize', mayImport: [] },
  server: { name: 'vigile', mayImport: ['@vigile/engine'] },
  console: { name: '@vigile/console', mayImport: ['@vigile/client', '@vigile/react'] },
  'adapters/express': { name: '@vigile/express', mayImport: ['@vigile/engine'] },
  'adapters/nest': { name: '@vigile/nest', mayImport: ['@vigile/engine'] },
  'adapters/next': { name: '@vigile/next', mayImport: ['@vigile/engine', '@vigile/client'] },
  'adapters/react': { name: '@vigile/react', mayImport: ['@vigile/client'] },
  'adapters/angular': { name: '@vigile/angular', mayImport: ['@vigile/client', '@vigile/sanitize'] },
}

/** Nothing imports these, not even tests beside other code. */
const importedByNothing = ['vigile', '@vigile/console']

/**
 * In the engine the files outside all rooms wire everything together, and may import everything; so may the settings, which
 * are made of every room's options. The leaves are open to all.
 */
const engineSettings = 'settings'
const engineLeaves = ['primitives', 'configuration-error.ts']

const refusedName = /^(.+-)?(utils?|helpers?|managers?)$|^common$/

/** Every breach, one line each, empty when all is well. */
export function breachesIn(sources: readonly SourceFile[]): string[] {
  return [...sources.flatMap(breachesOf), ...importCycles(sources), ...roomCycles(sources)]
}

function breachesOf(file: SourceFile): string[] {
  const breaches = nameBreaches(file.path)
  if (file.exportsAll) breaches.push('has `export *`: name what it exports')
  const refuse = (target: string, why: string | undefined) => why && breaches.push(`imports ${target}: ${why}`)
  for (const target of file.packages) refuse(target, packageBreach(file.path, target))
  for (const target of file.files) refuse(target, fileBreach(file.path, target))
  return breaches.map((breach) => `${file.path} ${breach}`)
}

function nameBreaches(path: string): string[] {
  const breaches = path
    .split('/')
    .map((segment) => segment.replace(/\..*$/, ''))
    .filter((name) => refusedName.test(name))
    .map((name) => `is called "${name}": name it for what it does`)
  const folder = packageFolder(path)
  if (/\/index\.tsx?$/.test(path) && folder && !/^src\/index\.ts$/.test(path.slice(folder.length + 1))) {
    breaches.push('is an index.ts that is not the door of a package')
  }
  return breaches
}

function packageBreach(from: string, target: string): string | undefined {
  const folder = packageFolder(from)
  const name = packageName(target)
  if (!folder || !Object.values(packages).some((ours) => ours.name === name)) return undefined
  if (name === packages[folder]?.name) return isTest(from) ? undefined : 'its own package: import the file'
  if (importedByNothing.includes(name)) return 'nothing imports it'
  if (isTest(from) || name === '@vigile/contract') {
    return folder === 'contract' ? 'contract imports nothing of ours' : undefined
  }
  if (target.endsWith('/testing')) return 'only tests import it'
  return packages[folder]?.mayImport.includes(name) ? undefined : `${folder} may not import ${name}`
}

function fileBreach(from: string, target: string): string | undefined {
  const folder = packageFolder(from)
  if (!folder || (isTest(from) && target.startsWith('tests/'))) return undefined
  if (packageFolder(target) !== folder) return 'another package is imported by its name'
  if (isTest(from)) return undefined
  if (isTest(target)) return 'only tests import it'
  return folder === 'engine' ? engineBreach(from, target) : undefined
}

type Layer = 'top' | 'http' | 'stores' | 'room' | 'leaf'

function engineBreach(from: string, target: string): string | undefined {
  const [layer, targetLayer] = [engineLayer(from), engineLayer(target)]
  if (layer === 'top' || targetLayer === 'leaf') return undefined
  if (layer === 'leaf') return 'a leaf imports no room'
  if (targetLayer === 'top') return 'only the top wires things together'
  if (targetLayer === 'http' && layer !== 'http') return `${layer === 'room' ? 'a room' : layer} never imports http`
  if (targetLayer === 'stores' && layer !== 'stores') {
    return 'ask for the interface in a store.ts; the top gives the store'
  }
  return undefined
}

function engineLayer(path: string): Layer {
  const first = engineRoom(path)
  if (engineLeaves.includes(first)) return 'leaf'
  if (first.endsWith('.ts') || first === engineSettings) return 'top'
  return first === 'http' || first === 'stores' ? first : 'room'
}

const engineRoom = (path: string) => path.slice('engine/src/'.length).split('/')[0] ?? ''

function importCycles(sources: readonly SourceFile[]): string[] {
  const graph = new Map(sources.filter(({ path }) => !isTest(path)).map(({ path, files }) => [path, files]))
  return cyclesOf(graph).map((cycle) => `cycle of files: ${cycle.join(' → ')}`)
}

function roomCycles(sources: readonly SourceFile[]): string[] {
  const graph = new Map<string, string[]>()
  for (const { path, files } of sources) {
    if (!path.startsWith('engine/src/') || isTest(path) || engineLayer(path) !== 'room') continue
    const rooms = files
      .filter((target) => target.startsWith('engine/src/') && engineLayer(target) === 'room')
      .map(engineRoom)
      .filter((room) => room !== engineRoom(path))
    graph.set(engineRoom(path), [...(graph.get(engineRoom(path)) ?? []), ...rooms])
  }
  return cyclesOf(graph).map((cycle) => `cycle of rooms: ${cycle.join(' → ')}`)
}

/** Tests, the suites that stores must pass, and what is made for tests: they see more, and nothing else sees them. */
function isTest(path: string): boolean {
  return /\.(test|suite)\.tsx?$/.test(path) || /\/src\/testing(\.ts$|\/)/.test(path)
}

const packageFolder = (path: string) => Object.keys(packages).find((folder) => path.startsWith(`${folder}/`))

const packageName = (target: string) =>
  (target.startsWith('@') ? target.split('/', 2).join('/') : target.split('/')[0]) ?? ''
