// What axe finds on a page: what people who see or hear otherwise would stumble over (UI-3).
import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Each as its rule and the first element; `rules`: tags of axe's rules, default all. */
export const violations = async (page: Page, rules?: readonly string[]): Promise<readonly string[]> => {
  await page.evaluate(axe.source)
  return page.evaluate(async (runOnly) => {
    // biome-ignore lint/suspicious/noExplicitAny: axe is a global of the page
    const { violations: found } = await (globalThis as any).axe.run(runOnly ? { runOnly } : {})
    return found.map((one: { id: string; nodes: { html: string }[] }) => `${one.id}: ${one.nodes[0]?.html}`)
  }, rules)
}
