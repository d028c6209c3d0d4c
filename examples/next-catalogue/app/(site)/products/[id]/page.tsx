import { requirePermission } from '@vigile/next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Price } from '../../../../components/price.tsx'
import { ProductButtons } from '../../../../components/product-buttons.tsx'
import { auth } from '../../../../lib/auth.ts'
import { visibleProduct } from '../../../../lib/products.ts'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { user } = await requirePermission(auth, 'products:read')
  const [update, publish, remove] = await Promise.all([
    auth.hasPermission(user.id, 'products:update'),
    auth.hasPermission(user.id, 'products:publish'),
    auth.hasPermission(user.id, 'products:delete'),
  ])
  const product = await visibleProduct((await params).id, { drafts: update })
  if (!product) notFound()
  return (
    <article>
      <h1>{product.name}</h1>
      <p className="row">
        <Price cents={product.priceCents} /> {!product.isPublished && <span className="badge">draft</span>}
      </p>
      <p>{product.description}</p>
      {update && (
        <p>
          <Link className="button" href={`/products/${product.id}/edit`}>
            Edit
          </Link>
        </p>
      )}
      <ProductButtons product={product} may={{ publish, delete: remove }} />
    </article>
  )
}
