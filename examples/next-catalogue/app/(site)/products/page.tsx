import { requirePermission } from '@vigile/next'
import Link from 'next/link'
import { Price } from '../../../components/price.tsx'
import { auth } from '../../../lib/auth.ts'
import { listProducts } from '../../../lib/products.ts'

export default async function Page() {
  const { user } = await requirePermission(auth, 'products:read')
  const [create, update] = await Promise.all([
    auth.hasPermission(user.id, 'products:create'),
    auth.hasPermission(user.id, 'products:update'),
  ])
  const products = await listProducts({ drafts: update })
  return (
    <>
      <h1>Products</h1>
      <p className="row">
        {create && (
          <Link className="button" href="/products/new">
            New product
          </Link>
        )}
        <Link href="/price-list" prefetch={false}>
          Price list
        </Link>
      </p>
      <ul className="products">
        {products.map((product) => (
          <li key={product.id} className="card">
            <h2>
              <Link href={`/products/${product.id}`}>{product.name}</Link>
            </h2>
            <p>{product.description}</p>
            <p className="row">
              <Price cents={product.priceCents} /> {!product.isPublished && <span className="badge">draft</span>}
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}
