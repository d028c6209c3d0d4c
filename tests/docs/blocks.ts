// The fenced code blocks of a page.

export interface Block {
  page: string
  /** The line of its first line of code, from 1. */
  line: number
  language: string
  /** What stands behind the language: `ignore, because …`. */
  note: string
  code: string
}

export function blocksIn(page: string, text: string): Block[] {
  const blocks: Block[] = []
  let open: (Block & { fence: string }) | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const fence = line.match(/^\s*(`{3,}|~{3,})\s*(\S*)\s*(.*)$/)
    if (!open && fence) {
      const [, mark = '', language = '', note = ''] = fence
      open = { page, line: index + 2, language, note: note.trim(), code: '', fence: mark }
    } else if (open && fence?.[1]?.startsWith(open.fence) && !fence[2]) {
      const { fence: _, ...block } = open
      blocks.push(block)
      open = undefined
    } else if (open) {
      open.code += `${line}\n`
    }
  }
  return blocks
}

/** A block that is not checked says why: ```` ```ts ignore, needs a browser ````. */
export function isIgnored({ note }: Block): boolean {
  return /^ignore\b/.test(note)
}

export function ignoredWithoutReason({ note }: Block): boolean {
  return /^ignore\W*$/.test(note)
}
