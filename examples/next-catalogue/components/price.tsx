const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })

export function Price({ cents }: { cents: number }) {
  return <strong>{euros.format(cents / 100)}</strong>
}
