import { changeProduct } from '../../../../../lib/change-product.ts'

export async function POST(
  request: Request,
  { params }: { readonly params: Promise<{ readonly id: string }> },
): Promise<Response> {
  const { id } = await params
  const done = await changeProduct({ act: 'publish', id, isPublished: true }, request)
  return done.ok ? Response.json({ product: done.product }) : done.response
}
