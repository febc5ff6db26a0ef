import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderPage } from "../../src/lib/document/page.ts";
import { filterGaps } from "../../src/lib/handover/checklist/index.ts";
import { buildBundleChecklist, buildReport, type ReportData } from "../../src/lib/handover/report/content.ts";
import type { HandoverFacts } from "../../src/lib/handover/checklist/people.ts";
import { UNANSWERED_FACTS } from "#support/handover/facts.ts";
import { buildReportData } from "#support/handover/report.ts";
import { startChromium, type StartedChromium } from "#support/process/chromium.ts";
import { folderForAllTests } from "#support/folder.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const HOSTILE = `</td><script>document.title="hacked"</script><img src="https://evil.example/x.png">\u202e${"長".repeat(80)}`;

/** A4 upright between its margins, in CSS pixels. */
const PAPER = Math.floor(((210 - 2 * 13) / 25.4) * 96);

let started: StartedChromium | undefined;
const folder = folderForAllTests();
beforeAll(async () => {
  started = await startChromium();
});
afterAll(async () => {
  await started?.[Symbol.asyncDispose]();
});

const hostileFacts = {
  ...UNANSWERED_FACTS,
  administrators: UNANSWERED_FACTS.administrators.map((one) => ({ ...one, user: HOSTILE, emails: [HOSTILE] })),
  renewals: UNANSWERED_FACTS.renewals.map((one) => ({ ...one, name: HOSTILE, owner: HOSTILE })),
};

const DEVICES = Array.from({ length: 12 }, (_, at) => `C02XY${at}ABCDE`);

const withLeaver = (facts: HandoverFacts, called: string): ReportData => {
  const data = buildReportData(facts, called);
  const person = { called, id: null, account: "admin1", words: ["admin1"] };
  const records = { devices: DEVICES, secured: [], missing: { devices: false, secured: false } };
  const leaver = { person: called, leaves: "2027-03-31" };
  return { ...data, manifest: { ...data.manifest, leaver }, leaver: { person, records } };
};

/** The cells whose text is taller than the cell, so that it covers the next one. */
const OVERFLOWING_CELLS = `[...document.querySelectorAll("td, th")].filter(({ scrollHeight, clientHeight }) =>
  scrollHeight > clientHeight + 1).map(({ textContent }) => textContent)`;

/** What keeps somebody from reading a page, by axe-core. */
async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: readonly { id: string; nodes: unknown[] }[] }>("axe.run()");
  return violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes).slice(0, 300)}`);
}

describe.each([
  ["plain", withLeaver(UNANSWERED_FACTS, "営業部")],
  ["hostile", withLeaver(hostileFacts, HOSTILE)],
] as const)("a report of %s data in a browser", (name, data) => {
  test.each(["ja", "en"] as const)("in %s fetches nothing, runs no script and is accessible", async (language) => {
    const page = renderPage(buildReport(data), language);
    const file = join(folder, `${name}-${language}.html`);
    writeFileSync(file, page);
    for (const width of [390, 794, 1280]) {
      const context = await started?.browser.newContext({ viewport: { width, height: 1000 }, bypassCSP: true });
      if (context === undefined) throw new Error("no browser");
      const shown = await context.newPage();
      const requested: string[] = [];
      const said: string[] = [];
      shown.on("request", (request) => void requested.push(request.url()));
      shown.on("console", (message) => void said.push(message.text()));
      shown.on("pageerror", (error) => void said.push(error.message));
      const address = pathToFileURL(file).href;
      await shown.goto(address);
      expect(requested).toEqual([address]);
      expect(said).toEqual([]);
      expect(await shown.title()).not.toBe("hacked");
      expect(await shown.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(await shown.evaluate(OVERFLOWING_CELLS)).toEqual([]);
      expect(await shown.locator("ul [data-id]").count()).toBe(filterGaps(buildBundleChecklist(data)).length);
      await shown.emulateMedia({ media: "print" });
      await shown.setViewportSize({ width: PAPER, height: 1000 });
      expect(await shown.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(PAPER);
      await shown.emulateMedia({ media: "screen" });
      await shown.setViewportSize({ width, height: 1000 });
      const violations = width === 794 ? await violationsOf(shown) : [];
      expect(violations).toEqual([]);
      const pictures = process.env["CLOMOCTL_SCREENSHOTS"];
      if (pictures !== undefined) {
        await shown.screenshot({ path: join(pictures, `report-${name}-${language}-${width}.png`), fullPage: true });
        if (width === 794)
          await shown.pdf({ path: join(pictures, `report-${name}-${language}.pdf`), preferCSSPageSize: true });
      }
      await context.close();
    }
  });
});
