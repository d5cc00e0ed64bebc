import { readFileSync } from 'node:fs';
import type { Page } from 'puppeteer';

/** What axe calls serious or critical: rule and first element. A content policy that refuses axe has to be bypassed before the page is opened. */
export async function graveFaults(page: Page): Promise<string[][]> {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    type Violation = { id: string; impact: string; nodes: { html: string }[] };
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => [id, nodes[0]!.html.slice(0, 300)]);
  });
}
