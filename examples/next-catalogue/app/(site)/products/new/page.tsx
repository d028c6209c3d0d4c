import { requirePermission } from '@vigile/next'
import { ProductForm } from '../../../../components/product-form.tsx'
import { createProduct } from '../../../../lib/actions.ts'
import { auth } from '../../../../lib/auth.ts'

export default async function Page() {
  await requirePermission(auth, 'products:create')
  return (
    <>
      <h1>New product</h1>
      <ProductForm action={createProduct} />
    </>
  )
}
