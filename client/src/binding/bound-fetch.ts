// Sends the acts of a bound session with a proof of this browser's key. A chunk of its own: loaded where binding is wanted.
import { deviceKey } from './device-key.ts'
import { proofOf, tokenOf } from './proof.ts'

type Send = (request: Request) => Promise<Response>
type Surroundings = { send: Send; key: () => Promise<CryptoKeyPair | null> }

const isAct = ({ method, url }: Request, authPath: string) =>
  !/^(GET|HEAD|OPTIONS)$/.test(method) && new URL(url).pathname.startsWith(`${authPath}/`)

/** A refusal that only another key could turn. */
const isKeyLost = async (answer: Response): Promise<boolean> =>
  answer.status === 401 &&
  (
    await answer
      .clone()
      .json()
      .catch(() => null)
  )?.reason === 'key_lost'

const isSame = async (a: CryptoKeyPair, b: CryptoKeyPair): Promise<boolean> => {
  const [x, y] = await Promise.all([a, b].map(({ publicKey }) => crypto.subtle.exportKey('jwk', publicKey)))
  return x?.x === y?.x && x?.y === y?.y
}

/** A `fetch` that proves; without a key it sends the request as it is, and the server decides. */
export function createBoundFetch(app: string, authPath: string, surroundings?: Surroundings): Send {
  const { send, key } = surroundings ?? { send: (request) => fetch(request), key: () => deviceKey(app) }
  let keys: CryptoKeyPair | null = null
  let nonce = ''

  const sendProven: Send = async (request) => {
    const own = request.clone()
    if (keys) own.headers.set('DPoP', await proofOf(keys, own, nonce))
    const answer = await send(own)
    nonce = answer.headers.get('DPoP-Nonce') ?? nonce
    return answer
  }

  /** The browser threw its storage away, and another tab, which signed in since, has made a new key there. */
  const hasOtherKey = async (used: CryptoKeyPair): Promise<boolean> => {
    const stored = await key()
    if (!stored || (await isSame(stored, used))) return false
    keys = stored
    return true
  }

  return async (request) => {
    if (!isAct(request, authPath) && !tokenOf(request)) return send(request)
    keys ??= await key()
    const used = { keys, nonce }
    let answer = await sendProven(request)
    // Asked for a newer nonce: once more, with a new proof. Nothing was counted or changed.
    if (keys && answer.status === 401 && nonce !== used.nonce) answer = await sendProven(request)
    if (used.keys && (await isKeyLost(answer)) && (await hasOtherKey(used.keys))) answer = await sendProven(request)
    return answer
  }
}
