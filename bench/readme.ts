const begin = '<!-- figures -->'
const end = '<!-- end of figures -->'

/** The page with the report between its marks. */
export const intoReadme = (page: string, report: string): string => {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`bench/README.md lacks "${begin}" or "${end}"`)
  return `${page.slice(0, from + begin.length)}\n${report}\n${page.slice(to)}`
}
