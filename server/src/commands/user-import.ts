import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Vigile } from '@vigile/engine'
import type { Command } from 'commander'
import { readAll } from './ask.ts'
import { type Cli, reason } from './cli.ts'
import { explainRefusal } from './explain-refusal.ts'
import { type BadLine, type ImportLine, readImportLines } from './import-lines.ts'
import type { Report } from './report.ts'
import { operator, withVigile } from './with-vigile.ts'

/** Around a million lines. */
const maxBytes = 512 * 1024 * 1024

export const addUserImport = (group: Command, cli: Cli): void => {
  const { users } = cli.messages
  cli
    .command(group, 'import', users.importAbout, 'vigile users import users.jsonl --check')
    .argument('<file>', users.importFile)
    .option('--check', users.importCheck)
    .action(
      cli.action<{ check?: boolean }>(async (call) => {
        const { report } = call
        const [file = '-'] = call.arguments
        const text = await readText(cli, file)
        if ('code' in text) return report.refused('unreadable', users.fileUnreadable(file, text.code))
        const { good, bad } = readImportLines(text.text, cli.messages)
        if (bad.length > 0) {
          for (const { line, wrong } of call.options.json ? [] : bad) report.aside(users.line(line, wrong))
          return report.refused('bad_lines', users.importRefused(bad.length), { value: { lines: bad } })
        }
        if (call.options.check) return report.done({ lines: good.length }, [users.importChecked(good.length)])
        return withVigile(cli, call, (vigile) => create(cli, vigile, good, report, call.options.json === true))
      }),
    )
}

const readText = async (cli: Cli, file: string): Promise<{ text: string } | { code: string }> => {
  try {
    if (file !== '-') return { text: await readFile(resolve(cli.surroundings.folder, file), 'utf8') }
    const text = await readAll(cli.surroundings, maxBytes)
    return text === null ? { code: 'EFBIG' } : { text }
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? reason(error) }
  }
}

/** One after the other, each in its own transaction; a refused line is named and the others go on, a fault stops and says where. */
const create = async (
  cli: Cli,
  vigile: Vigile,
  lines: readonly ImportLine[],
  report: Report,
  json: boolean,
): Promise<number> => {
  const { users } = cli.messages
  const refused: (BadLine & { error: string })[] = []
  let created = 0
  for (const [index, { line, user }] of lines.entries()) {
    if (index % 100 === 0) report.progress(users.importing(index, lines.length))
    try {
      const made = await vigile.users.create(user, operator())
      if (made.ok) created += 1
      else refused.push({ line, error: made.error, wrong: explainRefusal(made, cli.messages) })
    } catch (error) {
      report.progress('')
      const value = { created, refused, stoppedAtLine: line }
      return report.refused('stopped', users.importStopped(line, reason(error)), { value })
    }
  }
  report.progress('')
  for (const { line, wrong } of json ? [] : refused) report.aside(users.line(line, wrong))
  const summary = users.imported(created, refused.length)
  if (refused.length === 0) return report.done({ created, refused }, [summary])
  return report.refused('refused_lines', summary, { value: { created, refused } })
}
