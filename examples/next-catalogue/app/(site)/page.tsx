import Link from 'next/link'
import { WideTable } from '../../components/wide-table.tsx'

const acts = ['read', 'create', 'update', 'delete', 'publish'] as const
const rows = {
  nobody: [],
  user: ['read'],
  'content-editor': ['read', 'create', 'update'],
  admin: acts,
} as const satisfies Record<string, readonly (typeof acts)[number][]>

export default function Page() {
  return (
    <>
      <h1>Things for the house</h1>
      <p>
        A catalogue with four kinds of visitors. What each may do is decided by the server at every request, from the
        roles of that moment.
      </p>
      <WideTable label="Who may do what" heads={['who', ...acts]}>
        {Object.entries(rows).map(([who, may]: [string, readonly string[]]) => (
          <tr key={who}>
            <th scope="row">{who}</th>
            {acts.map((act) => (
              <td key={act}>{may.includes(act) ? 'yes' : '–'}</td>
            ))}
          </tr>
        ))}
      </WideTable>
      <p>
        <Link href="/products">To the products</Link>
      </p>
    </>
  )
}
