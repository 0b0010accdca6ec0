// What axe finds on a page, of the rules of WCAG 2.2 AA. Its legacy mode leaves out frames, which no page has, and with
// them a second page for each look.
import { AxeBuilder } from "@axe-core/playwright";

export async function axe(page) {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].target} ${nodes[0].failureSummary}`);
}
