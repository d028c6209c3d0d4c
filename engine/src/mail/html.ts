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
const table = 'role="presentation" cellpadding="0" cellspacing="0"'
/** Where a program knows no dark mode, or drops the styles of the head, the letter is light. */
const dark = `
@media (prefers-color-scheme: dark) {
  body, .around { background: #0a1317 !important }
  .sheet, .sheet h1 { background: #111e24 !important; color: #e8f0f1 !important }
  .soft { color: #a3b7be !important }
  .facts { background: #12272e !important; color: #e8f0f1 !important }
  .main { background: #82cad8 !important }
  .main a { color: #04212a !important }
  .alarm { border-color: #ffa398 !important }
  .alarm a { color: #ffa398 !important }
}`

const paragraph = (text: string) =>
  `<p style="margin:0 0 20px;font-size:16px;line-height:1.55;word-break:break-word">${escapeHtml(text)}</p>`

const button = ({ label, link, isAlarm }: NonNullable<Sheet['action']>) => `
<table ${table} style="margin:4px 0 24px"><tr>
<td class="${isAlarm ? 'alarm' : 'main'}" style="border-radius:8px;${isAlarm ? 'border:1px solid #a4271d' : 'background:#0f5c6e'}">
<a href="${escapeHtml(link)}" style="display:inline-block;padding:${isAlarm ? '11px 22px' : '13px 28px'};color:${isAlarm ? '#a4271d' : '#ffffff'};font-size:16px;font-weight:600;text-decoration:none">${escapeHtml(label)}</a>
</td></tr></table>`

const fact = ([label, value]: Sheet['facts'][number]) =>
  `<tr><td class="soft" valign="top" style="padding:2px 20px 2px 0;color:#4a5f68">${escapeHtml(label)}</td><td style="padding:2px 0;word-break:break-word">${escapeHtml(value)}</td></tr>`

const factTable = (facts: Sheet['facts']) => `
<table class="facts" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 24px;background:#e8f1f3;border-radius:8px"><tr><td style="padding:12px 16px">
<table ${table} style="font-size:14px;line-height:1.5">
${facts.map(fact).join('\n')}
</table></td></tr></table>`

export const htmlOf = (sheet: Sheet, { name }: Site): string => {
  const { locale, subject, title, paragraphs, action, facts, note, footer } = sheet
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>${dark}
</style>
</head>
<body style="margin:0;background:#f5f8f8">
<table class="around" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f5f8f8;${font}"><tr><td align="center" style="padding:32px 16px">
<table class="sheet" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:540px;background:#ffffff;color:#12252d;border-radius:12px;text-align:left">
<tr><td style="padding:18px 32px;background:#0d2831;border-radius:12px 12px 0 0;color:#eef5f5;font-size:15px;font-weight:600;word-break:break-word"><span style="color:#f3b13c" aria-hidden="true">&#9679;</span>&nbsp; ${escapeHtml(name)}</td></tr>
<tr><td style="padding:32px">
<h1 style="margin:0 0 16px;font-size:23px;line-height:1.3;letter-spacing:-0.01em;color:#12252d">${escapeHtml(title)}</h1>
${paragraphs.map(paragraph).join('\n')}${facts.length > 0 ? factTable(facts) : ''}${action ? button(action) : ''}
<p class="soft" style="margin:0;font-size:14px;line-height:1.55;color:#4a5f68">${escapeHtml(note)}</p>
</td></tr></table>
<p class="soft" style="max-width:540px;margin:20px 0 0;font-size:12px;line-height:1.5;color:#4a5f68;word-break:break-word">${escapeHtml(footer)}</p>
</td></tr></table>
</body>
</html>
`
}
