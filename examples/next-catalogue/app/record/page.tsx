import { requirePermission } from '@vigile/next'
import { auth } from '../../lib/auth.ts'

export default async function Page() {
  await requirePermission(auth, 'audit:read')
  const { entries } = await auth.audit.search({ action: 'products:', limit: 50 })
  return (
    <>
      <h1>Record</h1>
      <p>
        What was done to products, and what was not. It is the same log as Vigile's own: chained, signed, searched
        together.
      </p>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col">Before and after</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td>{new Date(entry.at).toISOString().slice(0, 19).replace('T', ' ')}</td>
                <td>{entry.action}</td>
                <td>
                  <code>{JSON.stringify(entry.details)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
