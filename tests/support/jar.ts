// A browser's cookie jar, as far as the tests need one: names, paths, Max-Age by a clock that can be moved, deletion.
export type StoredCookie = {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly expiresAt: number
  readonly line: string
}

export const createJar = (now: () => number) => {
  let cookies: StoredCookie[] = []
  return {
    take: (lines: readonly string[]): void => {
      for (const line of lines) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
        const name = pair.slice(0, pair.indexOf('='))
        const attribute = (key: string) =>
          attributes.find((one) => one.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1)
        const path = attribute('path') ?? '/'
        const maxAge = attribute('max-age')
        cookies = cookies.filter((one) => one.name !== name || one.path !== path)
        if (maxAge === '0') continue
        const expiresAt = maxAge === undefined ? Number.POSITIVE_INFINITY : now() + Number(maxAge) * 1000
        cookies.push({ name, value: pair.slice(name.length + 1), path, expiresAt, line })
      }
    },
    /** What the browser sends to a path; the longest path first (RFC 6265bis section 5.8.3). */
    for: (path: string): readonly StoredCookie[] =>
      cookies
        .filter((one) => one.expiresAt > now())
        .filter((one) => path === one.path || path.startsWith(one.path.endsWith('/') ? one.path : `${one.path}/`))
        .toSorted((a, b) => b.path.length - a.path.length),
    all: (): readonly StoredCookie[] => cookies.filter((one) => one.expiresAt > now()),
    get: (name: string): string | undefined => cookies.find((one) => one.name === name && one.expiresAt > now())?.value,
    /** Puts a cookie where a test wants it: a planted, copied or restored one. */
    put: (cookie: { name: string; value: string; path: string }): void => {
      cookies = cookies.filter((one) => one.name !== cookie.name || one.path !== cookie.path)
      cookies.push({ ...cookie, expiresAt: Number.POSITIVE_INFINITY, line: '' })
    },
    remove: (name: string): void => {
      cookies = cookies.filter((one) => one.name !== name)
    },
    snapshot: (): readonly StoredCookie[] => [...cookies],
    restore: (saved: readonly StoredCookie[]): void => {
      cookies = [...saved]
    },
  }
}

export type Jar = ReturnType<typeof createJar>
