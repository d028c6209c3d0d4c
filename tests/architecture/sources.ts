// Reads the source files of the packages and what each of them imports.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'oxc-parser'
import type { SourceFile } from './rules.ts'

const root = join(import.meta.dirname, '../..')
const notSource = ['node_modules', 'dist', 'pages', '.next', '.angular']

/** Every source file below these folders of the repository. */
export function readSources(folders: readonly string[]): SourceFile[] {
  return folders.flatMap(filesBelow).map((path) => readSource(path, readFileSync(join(root, path), 'utf8')))
}

/** The folders of the workspace's packages, `*` resolved: `['contract', …, 'adapters/express']`. */
export function packageFolders(): string[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] }
  return workspaces.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? foldersIn(pattern.slice(0, -2)).map((name) => `${pattern.slice(0, -2)}/${name}`)
      : [pattern],
  )
}

export function readSource(path: string, text: string): SourceFile {
  const { module } = parseSync(path, text)
  const exports = module.staticExports.flatMap(({ entries }) => entries)
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...exports.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
    ...[...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, specifier]) => specifier as string),
  ]
  const imports = [...new Set(specifiers)]
  return {
    path,
    files: imports.filter(isRelative).map((specifier) => join(dirname(path), specifier)),
    packages: imports.filter((specifier) => !isRelative(specifier)),
    exportsAll: exports.some(({ importName }) => importName.kind.startsWith('All')),
  }
}

const isRelative = (specifier: string) => specifier.startsWith('.')

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return notSource.includes(entry.name) ? [] : filesBelow(path)
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [path] : []
  })
}

function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
