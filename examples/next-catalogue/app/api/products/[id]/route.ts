import { checkPermission } from '@vigile/next'
import { auth } from '../../../../lib/auth.ts'
import { changeProduct } from '../../../../lib/change-product.ts'
import { problem } from '../../../../lib/problem.ts'
import { visibleProduct } from '../../../../lib/products.ts'
import { readJson } from '../../../../lib/read-json.ts'

type Context = { readonly params: Promise<{ readonly id: string }> }

export async function GET(request: Request, { params }: Context): Promise<Response> {
  const allowed = await checkPermission(auth, 'products:read', { request })
  if (!allowed.ok) return allowed.response
  const drafts = await auth.hasPermission(allowed.user.id, 'products:update')
  const product = await visibleProduct((await params).id, { drafts })
  return product
    ? Response.json({ product }, { headers: { 'Cache-Control': 'private, no-store' } })
    : problem('not_found')
}

export async function PUT(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const done = await changeProduct({ act: 'update', id, input: await readJson(request) }, request)
  return done.ok ? Response.json({ product: done.product }) : done.response
}

export async function DELETE(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const done = await changeProduct({ act: 'delete', id }, request)
  return done.ok ? new Response(null, { status: 204 }) : done.response
}
