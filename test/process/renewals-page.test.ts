import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startChromium, type StartedChromium } from "#support/process/chromium.ts";
import { run } from "#support/cli/home.ts";

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly organisation: string | null;
  readonly expiresAt: string | null;
  readonly expiresOn: string | null;
  readonly daysLeft: number | null;
  readonly level: string;
  readonly certainty: string;
}

const DAY_MS = 86_400_000;
const HOSTILE = `</td></svg><script>document.title="hacked"</script><img src="https://evil.example/x.png">`;

/** Days from today, in the tenant's zone, as typed. */
const inDays = (days: number): string =>
  new Date(Date.now() + 9 * 3_600_000 + days * DAY_MS).toISOString().slice(0, 10);

let home = "";
let started: StartedChromium | undefined;
let page: Page;
const requested: string[] = [];

const add = async (name: string, ...words: readonly string[]): Promise<void> => {
  const { code, stderr } = await run(["renewals", "add", name, ...words], { home });
  expect(code, stderr).toBe(0);
};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "clomoctl-page-"));
  started = await startChromium();
  await add("本社プッシュ", "--kind", "push-certificate", "--expires", inDays(20), "--owner", "it@example.jp");
  await add(
    "第一所有者",
    "--kind",
    "android-owner",
    "--last-login",
    inDays(-200),
    "--phone-holder",
    "情報システム部の金庫",
  );
  await add("ドメイン", "--kind", "custom", "--expires", inDays(-50), "--notes", "一行目\n<b>二行目</b>");
  await add(HOSTILE, "--kind", "custom", "--expires", inDays(300), "--owner", HOSTILE, "--notes", HOSTILE);
  await add("長".repeat(255), "--kind", "vpp-token", "--expires", inDays(60), "--organisation", "W".repeat(300));
  await add("契約", "--kind", "custom", "--expires", inDays(1400));
  await add("謎", "--kind", "certificate");
});
afterAll(async () => {
  await started?.[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});
afterEach(() => page?.context().close());

/** Opens a file in a browser that runs no script, of so many CSS pixels. */
const open = async (file: string, width = 1280): Promise<Page> => {
  if (started === undefined) throw new Error("no browser");
  const context = await started.browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 800 } });
  page = await context.newPage();
  requested.length = 0;
  page.on("request", (request) => void requested.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return page;
};

/** A page, and what it shows. */
interface Written {
  readonly file: string;
  readonly items: readonly Item[];
}

const written: { [language in "en" | "ja"]?: Promise<Written> } = {};

/** Writes the page of a language once. */
const pageIn = (language: "en" | "ja"): Promise<Written> => (written[language] ??= writePage(language));

async function writePage(language: "en" | "ja"): Promise<Written> {
  const file = join(home, `${language}.html`);
  const words = ["renewals", "list", "--format", "html", "-o", file, "--lang", language];
  const { code, stderr, text } = await run(words, { home });
  expect([code, text], stderr).toEqual([0, ""]);
  const listed = await run(["renewals", "list", "--format", "json"], { home });
  return { file, items: JSON.parse(listed.text) as readonly Item[] };
}

const markOf = ({ id }: Item): Locator => page.locator(`g[data-item="${id}"] .marker`);

/** The middle of what is drawn, in the chart's own units: it is 1000 wide. */
const middleOf = async (marker: Locator): Promise<number> => {
  const chart = await page.locator("svg.chart").boundingBox();
  const box = await marker.boundingBox();
  if (chart === null || box === null) throw new Error("not drawn");
  return ((box.x + box.width / 2 - chart.x) / chart.width) * 1000;
};

/** The day that days left are counted from. */
const todayOf = (items: readonly Item[]): string => {
  const { expiresOn, daysLeft } = items.find((item) => item.expiresOn !== null) ?? {};
  return new Date(Date.parse(expiresOn ?? "") - (daysLeft ?? 0) * DAY_MS).toISOString().slice(0, 10);
};

/** Where a day's marker should be, between the vertical lines that begin this month and the one after the last. */
const expectedX = (day: string, today: string, [start = 0, end = 0]: readonly number[]): number => {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const [thisYear = 0, thisMonth = 0] = today.split("-").map(Number);
  const months = (year - thisYear) * 12 + month - thisMonth;
  const days = (Date.UTC(year, month) - Date.UTC(year, month - 1)) / DAY_MS;
  return start + ((months + (date - 0.5) / days) * (end - start)) / 15;
};

/** Whether a marker stands in the axis where it should, or beside it. */
const standsRight = (
  side: string | null,
  x: number,
  [start = 0, end = 0]: readonly number[],
  expected: number,
): boolean => {
  if (side === "within") return Math.abs(x - expected) < 0.6;
  return side === "later" ? x > end : x < start;
};

/** The x of the lines that begin months, and of the end. */
const monthLines = async (): Promise<readonly number[]> => {
  const lines = await page.locator("svg.chart line.rule").all();
  const all = await Promise.all(lines.map(async (line) => Number(await line.getAttribute("x1"))));
  return all.toSorted((a, b) => a - b);
};

describe.each(["en", "ja"] as const)("the page of renewals, in %s", (language) => {
  test("has its markers at the positions of the dates", async () => {
    const { file, items } = await pageIn(language);
    await open(file);
    const lines = await monthLines();
    expect(lines).toHaveLength(16);
    const axis = [lines[0] ?? 0, lines.at(-1) ?? 0];
    const today = todayOf(items);
    const sides = new Map<string, string | null>();
    for (const item of items) {
      const marker = markOf(item);
      const side = await marker.getAttribute("data-side");
      sides.set(item.name, side);
      expect(await marker.getAttribute("class")).toContain(item.level);
      expect((await marker.getAttribute("class"))?.includes("hollow")).toBe(
        item.certainty === "estimated" || item.level === "unknown",
      );
      const x = await middleOf(marker);
      expect(standsRight(side, x, axis, expectedX(item.expiresOn ?? today, today, axis)), item.name).toBe(true);
    }
    expect(Object.fromEntries(sides)).toMatchObject({
      本社プッシュ: "within",
      第一所有者: "within",
      ドメイン: "expired",
      [HOSTILE]: "within",
      契約: "later",
      謎: "undated",
    });
    const line = Number(await page.locator("line.today").getAttribute("x1"));
    expect(Math.abs(line - expectedX(today, today, axis))).toBeLessThan(0.6);
  });

  test("has a table with the same content as the list", async () => {
    const { file, items } = await pageIn(language);
    await open(file);
    const rows = await page.locator("tbody tr").all();
    expect(rows).toHaveLength(items.length);
    for (const [at, item] of items.entries()) {
      const cells = (await rows[at]?.locator("th, td").allTextContents())?.map((cell) => cell.trim()) ?? [];
      const [name = "", , daysLeft, expires = "", organisation] = cells;
      expect(name.startsWith(item.name)).toBe(true);
      expect([daysLeft, organisation]).toEqual([String(item.daysLeft ?? "–"), item.organisation ?? ""]);
      expect(expires.startsWith(`${item.certainty === "estimated" ? "~" : ""}${item.expiresOn ?? "–"}`)).toBe(true);
      expect(await rows[at]?.locator("td").first().getAttribute("class")).toContain(`level ${item.level}`);
    }
  });

  test("is accessible to screen readers: a named image and a table with headers", async () => {
    const { file } = await pageIn(language);
    await open(file);
    const name = language === "en" ? /^Timeline of 7 items/ : /^7 件のタイムライン/;
    expect(await page.getByRole("img", { name }).count()).toBe(1);
    expect(await page.getByRole("columnheader").count()).toBe(8);
    expect(await page.getByRole("rowheader").count()).toBe(7);
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    expect(await page.title()).toContain(language === "en" ? "Renewals" : "年次更新・期限");
  });
});

test("the page loads nothing from outside, and recorded values are not markup", async () => {
  const { file } = await pageIn("ja");
  await open(file);
  expect(requested).toEqual([pathToFileURL(file).href]);
  expect(await page.locator("script, img, iframe, link, tbody b").count()).toBe(0);
});

describe("printing", () => {
  test.each([1047, 700])("nothing is cut off at %d pixels, and the timeline is shown", async (width) => {
    const { file } = await pageIn("ja");
    await open(file, width);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const inside = async (what: Locator): Promise<void> => {
      const box = await what.boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? Number.NaN)).toBeLessThanOrEqual(width);
    };
    for (const what of await page.locator("svg.chart, svg.chart .marker, table, td, tbody th, td bdi, th bdi").all()) {
      await inside(what);
    }
    expect((await page.locator("svg.chart").boundingBox())?.height).toBeGreaterThan(100);
    expect(await page.locator("svg.chart .marker").first().isVisible()).toBe(true);
  });

  test("the page is printed in landscape A4", async () => {
    const { file } = await pageIn("ja");
    await open(file);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    const sheets = [...pdf.toString("latin1").matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    expect(sheets.length).toBeGreaterThan(0);
    for (const [, width, height] of sheets) {
      expect(Math.abs(Number(width) - 841.9)).toBeLessThan(2);
      expect(Math.abs(Number(height) - 595.3)).toBeLessThan(2);
    }
  });
});

test("kanji are drawn, and the background differs between light and dark mode", async () => {
  const { file } = await pageIn("ja");
  const require = createRequire(import.meta.url);
  const font = readFileSync(require.resolve("@fontsource/noto-sans-jp/files/noto-sans-jp-japanese-400-normal.woff2"));
  const face = `@font-face{font-family:T;src:url(data:font/woff2;base64,${font.toString("base64")})}body{font-family:T!important}`;
  const withFont = join(home, "font.html");
  const source = readFileSync(file, "utf8").replace(/<meta\s+http-equiv[^>]*>/, "");
  writeFileSync(
    withFont,
    source.replace("<style>", () => `<style>${face}`),
  );
  await open(withFont);
  const day = await page.screenshot({ fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  const night = await page.screenshot({ fullPage: true });
  expect(day.equals(night)).toBe(false);
  expect(Math.min(day.length, night.length)).toBeGreaterThan(30_000);
  const kept = process.env["CLOMOCTL_TEST_SCREENSHOTS"];
  if (kept !== undefined) {
    writeFileSync(join(kept, "renewals-day.png"), day);
    writeFileSync(join(kept, "renewals-night.png"), night);
  }
});

describe.each([390, 768, 1024])("on a screen of %d pixels", (width) => {
  test.each(["en", "ja"] as const)(
    "each table cell is visible, and labelled if columns are not, in %s",
    async (language) => {
      const { file, items } = await pageIn(language);
      await open(file, width);
      const cells = page.locator("tbody th, tbody td").filter({ visible: true });
      for (const cell of await cells.all()) {
        const box = await cell.boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? Number.NaN)).toBeLessThanOrEqual(width);
      }
      expect(await page.locator("tbody th").filter({ visible: true }).count()).toBe(items.length);
      const headers = await page.locator("thead th").filter({ visible: true }).count();
      const owner = page.locator("tbody td", { hasText: "it@example.jp" });
      expect([headers, await owner.getAttribute("data-label")]).toEqual([0, language === "en" ? "Owner" : "更新担当"]);
    },
  );
});

test("on a phone the timeline scrolls separately and stays readable", async () => {
  const { file } = await pageIn("ja");
  await open(file, 375);
  const chart = await page.locator("svg.chart").boundingBox();
  expect(chart?.width).toBeGreaterThanOrEqual(700);
  const frame = await page.locator(".scroll", { has: page.locator("svg.chart") }).boundingBox();
  expect((frame?.x ?? 0) + (frame?.width ?? 999)).toBeLessThanOrEqual(375);
});
