// Where a secret is, when it is not in the environment itself.

export type Reference =
  | { readonly kind: 'file'; readonly place: string; readonly field: null }
  /** `place`: the path of Vault's API, `secret/data/vigile`. */
  | { readonly kind: 'vault'; readonly place: string; readonly field: string }
  /** `place`: a name or an ARN. No field: the secret is the text as a whole. */
  | { readonly kind: 'aws'; readonly place: string; readonly field: string | null }

/** `vault:secret/data/vigile#smtp`, `aws:vigile/production#smtp`, `aws:vigile-smtp`. Null: a secret itself. */
export const parseReference = (text: string): Reference | 'malformed' | null => {
  const kind = /^(vault|aws):/.exec(text)?.[1]
  if (kind === undefined) return null
  const [, place, field] = /^\w+:([^#\s]+)(?:#([^#\s]+))?$/.exec(text) ?? []
  if (place === undefined) return 'malformed'
  if (kind === 'aws') return { kind, place, field: field ?? null }
  return field === undefined ? 'malformed' : { kind: 'vault', place, field }
}

export const fileReference = (path: string): Reference => ({ kind: 'file', place: path, field: null })

/** As it is written, to be shown. */
export const formatReference = ({ kind, place, field }: Reference): string =>
  `${kind}:${place}${field === null ? '' : `#${field}`}`
