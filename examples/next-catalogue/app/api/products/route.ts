import { checkPermission } from '@vigile/next'
import { auth } from '../../../lib/auth.ts'
import { changeProduct } from '../../../lib/change-product.ts'
import { listProducts } from '../../../lib/products.ts'
import { readJson } from '../../../lib/read-json.ts'

export async function GET(request: Request): Promise<Response> {
  const allowed = await checkPermission(auth, 'products:read', { request })
  if (!allowed.ok) return allowed.response
  const drafts = await auth.hasPermission(allowed.user.id, 'products:update')
  return Response.json({ products: await listProducts({ drafts }) }, noStore)
}

export async function POST(request: Request): Promise<Response> {
  const done = await changeProduct({ act: 'create', input: await readJson(request) }, request)
  return done.ok ? Response.json({ product: done.product }, { ...noStore, status: 201 }) : done.response
}

const noStore = { headers: { 'Cache-Control': 'private, no-store' } }
