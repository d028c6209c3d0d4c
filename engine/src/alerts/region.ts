/** Where somebody is, roughly: the /24, or the /48, which a home or an office has. `addressKey`: an IPv4 address, or a /64. */
export const regionOf = (addressKey: string): string =>
  addressKey.includes(':') ? `${addressKey.split(':', 3).join(':')}::/48` : `${addressKey.split('.', 3).join('.')}.0/24`
