const loopback = ['localhost', '127.0.0.1', '[::1]']

export const isLoopbackUrl = (url: URL): boolean => loopback.includes(url.hostname)

/** What is sent there can't be read on the way: https, or http to this machine. */
export const isSafeUrl = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackUrl(url))
