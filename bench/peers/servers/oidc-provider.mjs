// oidc-provider on Redis, with its refresh tokens rotated at each use and reuse found: the certified way to rotate.
import { Provider } from 'oidc-provider'
import { openRedis, publicUrl, serve } from './common.mjs'

const redis = await openRedis()

/** Each record is a hash of its JSON and when it was used; the records of one grant are listed, to be revoked together. */
class RedisAdapter {
  constructor(kind) {
    this.kind = kind
  }
  keyOf(id) {
    return `${this.kind}:${id}`
  }
  async upsert(id, payload, seconds) {
    const key = this.keyOf(id)
    const commands = redis.multi().hSet(key, 'payload', JSON.stringify(payload))
    if (seconds) commands.expire(key, seconds)
    if (payload.grantId) {
      const list = `grant:${payload.grantId}`
      commands.sAdd(list, key)
      if (seconds) commands.expire(list, seconds)
    }
    await commands.exec()
  }
  async find(id) {
    const { payload, consumed } = await redis.hGetAll(this.keyOf(id))
    return payload && { ...JSON.parse(payload), ...(consumed ? { consumed: Number(consumed) } : {}) }
  }
  async consume(id) {
    await redis.hSet(this.keyOf(id), 'consumed', Math.floor(Date.now() / 1000))
  }
  async destroy(id) {
    await redis.del(this.keyOf(id))
  }
  async revokeByGrantId(grantId) {
    const list = `grant:${grantId}`
    await redis.del([...(await redis.sMembers(list)), list])
  }
}

const provider = new Provider(publicUrl, {
  adapter: RedisAdapter,
  clients: [
    {
      client_id: 'bench',
      client_secret: 'bench-secret',
      redirect_uris: [`${publicUrl}/back`],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  rotateRefreshToken: true,
  scopes: ['openid', 'offline_access'],
})

/** A first refresh token without the pages of a sign-in, which is not what is measured here. */
const begin = async () => {
  const client = await provider.Client.find('bench')
  const accountId = 'somebody'
  const grant = new provider.Grant({ accountId, clientId: 'bench' })
  grant.addOIDCScope('offline_access')
  const grantId = await grant.save()
  const authTime = Math.floor(Date.now() / 1000)
  const scope = 'offline_access'
  return new provider.RefreshToken({ accountId, client, grantId, scope, authTime, gty: 'authorization_code' }).save()
}

const answer = provider.callback()
serve(async (request, response) => {
  if (request.url !== '/begin') return answer(request, response)
  const refreshToken = await begin()
  response.end(JSON.stringify({ refresh_token: refreshToken }))
})
