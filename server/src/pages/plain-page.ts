// A page of one file: its style is in it, and nothing else has to be there for it to show.
import { escapeHtml, type PageContext } from './page.ts'

/** `body`: HTML that stands in `<main>`, escaped already. */
export const plainPage = (
  { locale, nonce }: PageContext,
  { title, style, body }: { readonly title: string; readonly style: string; readonly body: string },
): string => `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`
