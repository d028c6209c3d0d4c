import { expect, test } from 'vitest'
import { auditEntry, noContext } from './entry.ts'
import { exportAudit } from './export.ts'

test('AUD-4 attack: a browser is called so that a spreadsheet that takes semicolons finds a formula in it', async () => {
  const userAgent = 'x;=HYPERLINK("http://evil.example","1");"@a"; ok; -1'
  const entry = auditEntry({ ...noContext, userAgent }, { action: 'session:sign-in:failed', at: 1 })
  const audit = { append: async () => {}, search: async () => [{ ...entry, position: 1 }] }
  const exported = exportAudit({ audit, clock: { now: () => 2 } }, { format: 'csv' }, { kind: 'operator', name: 'ada' })
  const lines: string[] = []
  for await (const line of exported) lines.push(line)
  expect(lines[1]).toContain(`"x;'=HYPERLINK(""http://evil.example"",""1"");'""@a""; ok;' -1"`)
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1'])(
  'AUD-4 attack: a browser is called %j, and a spreadsheet opens the record',
  async (userAgent) => {
    const entry = auditEntry({ ...noContext, userAgent }, { action: 'session:sign-in:failed', at: 1 })
    const audit = { append: async () => {}, search: async () => [{ ...entry, position: 1 }] }
    const clock = { now: () => 2 }
    const lines: string[] = []
    for await (const line of exportAudit({ audit, clock }, { format: 'csv' }, { kind: 'operator', name: 'ada' }))
      lines.push(line)
    expect(lines).toHaveLength(3)
    expect(lines[1]).toMatch(/,"'[^,]*1[^,]*",/)
    for (const line of lines) expect(line).not.toMatch(/(^|,)"\s*[=+\-@\t\r＝]/)
  },
)
