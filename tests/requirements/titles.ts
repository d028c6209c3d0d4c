// Finds the titles of all tests without running them.
import { parseSync } from 'oxc-parser'

export interface TestTitle {
  /** From the repository's root. */
  file: string
  /** The titles of the describes around it, then its own; `…` stands for what is only known at run time. */
  path: string[]
}

/** A test that is skipped or only planned proves nothing. */
const provesNothing = ['skip', 'todo']

interface Node {
  type: string
  [key: string]: unknown
}

export function testTitlesIn(file: string, text: string): TestTitle[] {
  const titles: TestTitle[] = []
  const walk = (value: unknown, path: string[]): void => {
    if (Array.isArray(value)) {
      for (const each of value) walk(each, path)
      return
    }
    if (!isNode(value)) return
    const call = testCall(value)
    if (call?.kind === 'skipped') return
    const inner = call ? [...path, call.title] : path
    if (call?.kind === 'test') titles.push({ file, path: inner })
    for (const child of Object.values(value)) walk(child, call?.kind === 'describe' ? inner : path)
  }
  walk(parseSync(file, text).program, [])
  return titles
}

/** `test('…', …)`, `test.each(rows)('…', …)`, `describe.concurrent(`…`, …)`; null for any other node. */
function testCall(node: Node): { kind: 'test' | 'describe' | 'skipped'; title: string } | null {
  if (node.type !== 'CallExpression') return null
  const [name, ...modifiers] = calleeNames(node.callee as Node)
  if (name !== 'test' && name !== 'it' && name !== 'describe') return null
  const args = node.arguments as Node[]
  if (args.length < 2 && !modifiers.includes('todo')) return null
  const title = staticText(args[0])
  if (modifiers.some((modifier) => provesNothing.includes(modifier))) return { kind: 'skipped', title }
  return { kind: name === 'describe' ? 'describe' : 'test', title }
}

/** `test.only.each(rows)` gives `['test', 'only', 'each']`. */
function calleeNames(callee: Node): string[] {
  if (callee.type === 'Identifier') return [callee.name as string]
  if (callee.type === 'MemberExpression') {
    return [...calleeNames(callee.object as Node), ((callee.property as Node).name as string) ?? '']
  }
  if (callee.type === 'CallExpression') return calleeNames(callee.callee as Node)
  if (callee.type === 'TaggedTemplateExpression') return calleeNames(callee.tag as Node)
  return ['']
}

function staticText(node: Node | undefined): string {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral') {
    return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join('…')
  }
  if (node?.type === 'BinaryExpression' && node.operator === '+') {
    return staticText(node.left as Node) + staticText(node.right as Node)
  }
  return '…'
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value
