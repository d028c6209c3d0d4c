import { requirePermission } from '@vigile/next'
import { notFound } from 'next/navigation'
import { ProductForm } from '../../../../../components/product-form.tsx'
import { updateProduct } from '../../../../../lib/actions.ts'
import { auth } from '../../../../../lib/auth.ts'
import { findProduct } from '../../../../../lib/products.ts'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePermission(auth, 'products:update')
  const product = await findProduct((await params).id)
  if (!product) notFound()
  return (
    <>
      <h1>{product.name}</h1>
      <ProductForm action={updateProduct.bind(null, product.id, product.version)} product={product} />
    </>
  )
}
