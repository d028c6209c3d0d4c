// Une personne et son navigateur, pour ce qui est des cookies.
import { goodPassword } from '../../../tests/support/visitor.ts'

export type Person = ReturnType<typeof createPerson>

export const createPerson = (url: string, origin = url) => {
  const jar = new Map<string, string>()

  const send = async (
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Response> => {
    const answer = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        // Un navigateur réglé en anglais : le CRM, lui, est en français.
        'accept-language': 'en-US,en;q=0.9',
        origin,
        'x-csrf-token': jar.get('csrf_token') ?? '',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';', 1)[0] as string).split(/=(.*)/s)
      jar.set(name, value)
    }
    return answer
  }
  const post = (path: string, body: unknown, more: Record<string, string> = {}) => send('POST', path, body, more)

  return {
    send,
    post,
    get: (path: string) => send('GET', path),
    signUp: (email: string) => post('/api/auth/register', { email, password: goodPassword }),
    signIn: (email: string, password = goodPassword) => post('/api/auth/login', { email, password }),
    /** Les valeurs des cookies que personne d'autre ne doit voir. */
    secrets: () =>
      [...jar].filter(([name, value]) => value.length > 20 && name !== 'csrf_token').map(([, value]) => value),
  }
}
