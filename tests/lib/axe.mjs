// Runs axe on a page. No page has frames, so axe runs only in the page's own document.
import axeCore from "axe-core";

const wcag22 = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** The violations of WCAG 2.2 AA as texts; with `bestPractices` also the violations of axe's other rules. */
export async function axe(page, { bestPractices = false } = {}) {
  const options = { resultTypes: ["violations"], iframes: false, ...(!bestPractices && { runOnly: wcag22 }) };
  let found = await page.evaluate(violationsIfLoaded, options);
  if (!found) {
    await page.evaluate(axeCore.source);
    found = await page.evaluate(violationsIfLoaded, options);
  }
  return found;
}

// Runs in the page.
async function violationsIfLoaded(options) {
  if (!window.axe) return undefined;
  const { violations } = await window.axe.run(document, options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].target} ${nodes[0].failureSummary}`);
}
