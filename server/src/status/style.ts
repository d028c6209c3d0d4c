// The look of the status page, in the page: it must show when nothing else can be served. The colours are those of the other pages.
export const style = `
:root { color-scheme: light dark; font: 1rem/1.5 "Segoe UI Variable Text", "Segoe UI", -apple-system, Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --ground: light-dark(#f5f8f8, #0a1317); --sheet: light-dark(#fff, #111e24); --ink: light-dark(#12252d, #e8f0f1); --soft: light-dark(#4a5f68, #a3b7be);
  --line: light-dark(#d6e0e2, #24343b); --accent: light-dark(#0f5c6e, #82cad8); --lamp: #f3b13c;
  --up: light-dark(#2a7d6b, #4fb39b); --degraded: light-dark(#e0982a, #f3b13c); --down: light-dark(#a4271d, #ff7d6e); --none: light-dark(#dde5e7, #24343b) }
* { box-sizing: border-box }
body { margin: 0; color: var(--ink); background: var(--ground) }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0 }
h1, h2, h3 { font-family: "Avenir Next", "Segoe UI Variable Display", "Segoe UI", -apple-system, Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  font-weight: 600; line-height: 1.2; text-wrap: balance }
ul { list-style: none }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem }
.inner { max-width: 52rem; margin: 0 auto; padding: 0 1.25rem }
header { padding: 1.5rem 0 2.5rem; color: #eef5f5; background: linear-gradient(160deg, #0d2831, #081b22); border-bottom: 4px solid var(--tone, var(--none)) }
header nav { display: flex; align-items: center; justify-content: space-between; gap: 1rem; margin-bottom: 2.5rem }
header a { color: #eef5f5 }
header :focus-visible { outline-color: var(--lamp) }
.brand { display: inline-flex; align-items: center; gap: .625rem; font-weight: 600; font-size: 1.25rem; text-decoration: none; overflow-wrap: anywhere }
.brand svg { width: 1.625rem; height: 1.625rem; flex: none }
.brand circle { fill: var(--lamp) }
.kind { color: #a9c3c9; margin-bottom: .25rem }
h1 { font-size: clamp(1.5rem, 1.1rem + 2vw, 2.25rem) }
.lead { margin-top: .75rem; max-width: 38rem; color: #cfe0e3; text-wrap: pretty }
[data-state=up] { --tone: var(--up) } [data-state=degraded] { --tone: var(--degraded) } [data-state=down] { --tone: var(--down) } [data-state=unknown] { --tone: light-dark(#778c95, #637a83) }
header[data-state=up] { --tone: #4fb39b } header[data-state=down] { --tone: #ff7d6e }
main.inner { padding-top: 2rem; padding-bottom: 1.5rem }
h2 { font-size: 1.25rem; margin: 2.5rem 0 1rem } h2:first-child { margin-top: 0 }
.parts > li { background: var(--sheet); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem; margin-bottom: .75rem }
.top { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .125rem 1rem; align-items: baseline }
h3 { font-size: 1.0625rem; overflow-wrap: anywhere }
.state { display: inline-flex; align-items: center; gap: .5rem; font-weight: 600 }
.state::before, .legend li::before { content: ""; width: .75rem; height: .75rem; border-radius: 50%; background: var(--tone, var(--none)); flex: none; forced-color-adjust: none }
.state[data-state=degraded]::before { border-radius: 0; clip-path: polygon(50% 0, 100% 100%, 0 100%) }
.state[data-state=down]::before { border-radius: .125rem }
.bars svg { display: block; width: 100%; height: 2.25rem; margin: .75rem 0 .375rem; forced-color-adjust: none }
.unmeasured { fill: var(--none) } .up { fill: var(--up) } .degraded { fill: var(--degraded) } .down { fill: var(--down) } .day { fill: transparent }
.scale { display: flex; justify-content: space-between; gap: .5rem; font-size: .875rem; color: var(--soft); text-align: center }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .875rem; color: var(--soft) }
.legend li { display: inline-flex; align-items: center; gap: .5rem }
.legend li::before { border-radius: .125rem }
.incidents li { border-left: 3px solid var(--tone); padding: .125rem 0 .125rem 1rem; margin-bottom: 1rem }
.incidents b { display: block; overflow-wrap: anywhere }
.incidents span, .none { color: var(--soft) }
.note { border: 1px solid light-dark(#a5c5cd, #2e5460); background: light-dark(#e8f1f3, #12272e); border-radius: .5rem; padding: .75rem 1rem; margin-bottom: 1.5rem }
footer { border-top: 1px solid var(--line); padding: 1.25rem 0 2.5rem; font-size: .875rem; color: var(--soft) }
footer p { margin-bottom: .25rem }
@media print { header { color: #000; background: none } header a, .lead, .kind { color: #000 } }
`
