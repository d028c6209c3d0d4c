// Where a page may send someone back to: a path of this site, and nothing that a browser would read as another (S-55).

const somewhere = 'https://site.invalid'

/**
 * The path (with query and fragment) that a browser would go to, or null where it would leave the site.
 * Refuses `//host`, `/\host`, tabs and line ends (browsers drop them), other schemes, and dots that fold into `//`.
 */
export const returnPath = (given: string | null): string | null => {
  if (given === null || given.length > 2048 || !/^\/(?![/\\])/.test(given)) return null
  if (!URL.canParse(given, somewhere)) return null
  const url = new URL(given, somewhere)
  const path = `${url.pathname}${url.search}${url.hash}`
  return url.origin === somewhere && !path.startsWith('//') ? path : null
}
