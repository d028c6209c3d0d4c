import Link from 'next/link'

const rows = [
  ['nobody', '–', '–', '–', '–', '–'],
  ['user', 'yes', '–', '–', '–', '–'],
  ['content-editor', 'yes', 'yes', 'yes', '–', '–'],
  ['admin', 'yes', 'yes', 'yes', 'yes', 'yes'],
] as const

export default function Page() {
  return (
    <>
      <h1>Things for the house</h1>
      <p>
        A catalogue with four kinds of visitors. What each may do is decided by the server at every request, from the
        roles of that moment.
      </p>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              {['', 'read', 'create', 'update', 'delete', 'publish'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([who, ...cells]) => (
              <tr key={who}>
                <th scope="row">{who}</th>
                {cells.map((cell, index) => (
                  // The cells have no names of their own, and never move.
                  // biome-ignore lint/suspicious/noArrayIndexKey: see above
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <Link href="/products">To the products</Link>
      </p>
    </>
  )
}
