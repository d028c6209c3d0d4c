import { requirePermission } from '@vigile/next'
import { Price } from '../../components/price.tsx'
import { WideTable } from '../../components/wide-table.tsx'
import { auth } from '../../lib/auth.ts'
import { listProducts } from '../../lib/products.ts'

/** To be printed: nothing around it asks who is there, so this page is the first to. */
export default async function Page() {
  const { user } = await requirePermission(auth, 'products:read')
  const products = await listProducts({ drafts: false })
  return (
    <main>
      <h1>Price list</h1>
      <WideTable label="Price list" heads={['product', 'price']}>
        {products.map(({ id, name, priceCents }) => (
          <tr key={id}>
            <th scope="row">{name}</th>
            <td>
              <Price cents={priceCents} />
            </td>
          </tr>
        ))}
      </WideTable>
      <p>Printed by {user.email}</p>
    </main>
  )
}
