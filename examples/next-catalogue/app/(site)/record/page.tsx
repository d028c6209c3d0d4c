import { requirePermission } from '@vigile/next'
import { WideTable } from '../../../components/wide-table.tsx'
import { auth } from '../../../lib/auth.ts'
import { differences } from '../../../lib/differences.ts'

export default async function Page() {
  await requirePermission(auth, 'audit:read')
  const { entries } = await auth.audit.search({ action: 'products:', limit: 50 })
  const emails = new Map<string, string>()
  for (const id of new Set(entries.flatMap(({ userId }) => userId ?? [])))
    emails.set(id, (await auth.users.find(id))?.email ?? 'someone who is gone')
  return (
    <>
      <h1>Record</h1>
      <p>
        What was done to products, and what was not. It is the same log as Vigile's own: chained, signed, searched
        together.
      </p>
      <WideTable label="The record of products" heads={['when', 'who', 'what', 'before → after']}>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <td>{new Date(entry.at).toISOString().slice(0, 19).replace('T', ' ')}</td>
            <td>{emails.get(entry.userId ?? '')}</td>
            <td>{entry.action}</td>
            <td>
              {differences(entry.details).map((line) => (
                <div key={line}>{line}</div>
              ))}
            </td>
          </tr>
        ))}
      </WideTable>
    </>
  )
}
