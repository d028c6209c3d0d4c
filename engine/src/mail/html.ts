// A letter as HTML. Tables and attributes: what mail programs of every age draw alike. No picture, nothing fetched.
import type { Site } from './links.ts'
import type { Sheet } from './sheet.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)

const font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const paragraph = (text: string) => `<p style="margin:0 0 16px;font-size:16px;line-height:1.5">${escapeHtml(text)}</p>`

const button = ({ label, link }: Sheet['action']) => `
<table role="presentation" cellpadding="0" cellspacing="0" style="margin:8px 0 24px"><tr>
<td style="border-radius:8px;background:#0e5c70">
<a href="${escapeHtml(link)}" style="display:inline-block;padding:12px 24px;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none">${escapeHtml(label)}</a>
</td></tr></table>`

const factTable = (facts: Sheet['facts']) => `
<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 24px;font-size:14px;line-height:1.6">
${facts.map(([label, value]) => `<tr><td style="padding-right:16px;color:#51666d">${escapeHtml(label)}</td><td>${escapeHtml(value)}</td></tr>`).join('\n')}
</table>`

export const htmlOf = (sheet: Sheet, { name }: Site): string => {
  const { locale, subject, title, paragraphs, action, facts, note, footer } = sheet
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>
@media (prefers-color-scheme: dark) {
  body, .around { background: #0b1d24 !important }
  .sheet { background: #12303b !important; color: #e8f0f2 !important }
}
</style>
</head>
<body style="margin:0;background:#f5f8f9">
<table class="around" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f5f8f9;${font}"><tr><td align="center" style="padding:32px 16px">
<table class="sheet" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px;background:#ffffff;color:#10242b;border-radius:12px"><tr><td style="padding:32px">
<p style="margin:0 0 24px;font-size:14px;font-weight:600;color:#51666d">${escapeHtml(name)}</p>
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">${escapeHtml(title)}</h1>
${paragraphs.map(paragraph).join('\n')}${facts.length > 0 ? factTable(facts) : ''}${button(action)}
<p style="margin:0;font-size:14px;line-height:1.5;color:#51666d">${escapeHtml(note)}</p>
</td></tr></table>
<p style="max-width:520px;margin:16px 0 0;font-size:12px;line-height:1.5;color:#51666d">${escapeHtml(footer)}</p>
</td></tr></table>
</body>
</html>
`
}
