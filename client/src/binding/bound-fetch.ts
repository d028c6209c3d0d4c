// Sends the acts of a bound session with a proof of this browser's key. A chunk of its own: loaded where binding is wanted.
import { deviceKey } from './device-key.ts'
import { proofOf, tokenOf } from './proof.ts'

type Send = (request: Request) => Promise<Response>
type Surroundings = { send: Send; key: () => Promise<CryptoKeyPair | null> }

const isAct = ({ method, url }: Request, authPath: string) =>
  !/^(GET|HEAD|OPTIONS)$/.test(method) && new URL(url).pathname.startsWith(`${authPath}/`)

/** A `fetch` that proves; without a key it sends the request as it is, and the server decides. */
export function createBoundFetch(app: string, authPath: string, surroundings?: Surroundings): Send {
  const { send, key } = surroundings ?? { send: (request) => fetch(request), key: () => deviceKey(app) }
  let keys: CryptoKeyPair | null = null
  let nonce = ''

  const sendProven: Send = async (request) => {
    keys ??= await key()
    if (keys) request.headers.set('DPoP', await proofOf(keys, request, nonce))
    return send(request)
  }

  return async (request) => {
    if (!isAct(request, authPath) && !tokenOf(request)) return send(request)
    const again = request.clone()
    const used = nonce
    let answer = await sendProven(request)
    nonce = answer.headers.get('DPoP-Nonce') ?? nonce
    // Asked for a newer nonce: once more, with a new proof. Nothing was counted or changed.
    if (keys && answer.status === 401 && nonce !== used) {
      answer = await sendProven(again)
      nonce = answer.headers.get('DPoP-Nonce') ?? nonce
    }
    return answer
  }
}
