import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startChromium, type StartedChromium } from "#support/process/chromium.ts";
import { FIXTURES, freshHome, run } from "#support/cli/home.ts";

let started: StartedChromium | undefined;
beforeAll(async () => {
  started = await startChromium();
});
afterAll(() => started?.[Symbol.asyncDispose]());

/** A home of two tenants; one has users and a hostile item that is long due. */
async function homeOfTwo(): Promise<string> {
  const home = freshHome();
  const lines = [
    ["users", "import", join(FIXTURES, "people.csv"), "--create-orgs", "--yes"],
    ["renewals", "add", `${"長".repeat(120)}<img src="https://evil.example/x.png">`, "--kind", "custom"],
    ["renewals", "add", "契約", "--kind", "custom", "--expires", "2020-01-01"],
    ["context", "add", "W".repeat(64), "--embedded", "--protected"],
  ];
  for (const words of lines) expect(await run(words, { home })).toMatchObject({ code: 0 });
  return home;
}

test("the page fits phones and screens in both languages, runs no script and fetches nothing", async () => {
  const home = await homeOfTwo();
  for (const language of ["en", "ja"]) {
    const file = join(home, `${language}.html`);
    const { code, stderr } = await run(
      ["status", "--all-contexts", "--lang", language, "--format", "html", "-o", file],
      { home },
    );
    expect(code, stderr).toBe(0);
    for (const width of [390, 1280]) {
      const context = await started?.browser.newContext({ viewport: { width, height: 800 } });
      const page = await context?.newPage();
      const requested: string[] = [];
      page?.on("request", (request) => void requested.push(request.url()));
      const address = pathToFileURL(file).href;
      await page?.goto(address);
      expect(requested).toEqual([address]);
      expect(await page?.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(await page?.locator("section").count()).toBe(2);
      const problems = page?.locator("dd.level").first();
      expect(await problems?.textContent()).toContain("契約");
      const folder = process.env["CLOMOCTL_SCREENSHOTS"];
      if (folder !== undefined)
        await page?.screenshot({ path: join(folder, `status-${language}-${width}.png`), fullPage: true });
      await context?.close();
    }
  }
});
