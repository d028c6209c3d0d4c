// Links in letters. They are built from the configured public address alone: no header of a request reaches them (H-6).
import type { OneTimeToken } from '../one-time-tokens/one-time-token.ts'

export type Site = { readonly publicUrl: string; readonly name: string }

/**
 * The token stands behind `#`: a browser sends it to no server, so it is in no log and no Referer, and a scanner that opens
 * the link uses nothing up (ACC-4).
 */
export const pageLink = ({ publicUrl }: Pick<Site, 'publicUrl'>, path: string, token?: OneTimeToken): string =>
  token === undefined ? `${publicUrl}${path}` : `${publicUrl}${path}#${token}`
