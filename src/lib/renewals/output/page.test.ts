import { describe, expect, it, test } from "vitest";
import { RENEWAL_ITEM, type RenewalItem } from "../../model/renewal.ts";
import { buildExampleRecord } from "../../model/thing.ts";
import { judgeExpiry, DEFAULT_THRESHOLDS } from "../judge.ts";
import { computeContrast, MIN_CONTRAST } from "#support/renewals/contrast.ts";
import { html, Markup } from "../../document/markup.ts";
import { DARK_PALETTE, LIGHT_PALETTE, type Palette } from "../../document/style.ts";
import { buildRenewalsDocument } from "./page.ts";
import { renderPage } from "../../document/page.ts";
import { Timeline } from "../../document/timeline.ts";

const NOW = new Date("2026-11-20T03:00:00Z");
const ZONE = "Asia/Tokyo";

const recorded = (number: number, over: Partial<RenewalItem> = {}): RenewalItem => ({
  ...buildExampleRecord(RENEWAL_ITEM.fields),
  id: `id-${number}`,
  kind: "custom",
  name: `項目${number}`,
  expiresAt: "2027-03-01T14:59:59.000Z",
  certainty: "typed",
  topic: null,
  owner: null,
  account: null,
  phone: null,
  ...over,
});

const pageOf = (
  items: readonly RenewalItem[],
  language: "en" | "ja" = "en",
  contexts: readonly string[] = ["kanto"],
): string =>
  renderPage(
    buildRenewalsDocument({
      items: items.map((item) =>
        judgeExpiry(item, "kanto", { now: NOW, timezone: ZONE, thresholds: DEFAULT_THRESHOLDS }),
      ),
      contexts,
      timeline: new Timeline("2026-11-20"),
      timezone: ZONE,
      asOf: "2026-11-20 12:00 (Asia/Tokyo)",
    }),
    language,
  );

test("escapes everything that is not markup", () => {
  const hostile = `</td><script>alert("1")</script>'&`;
  expect(html`<b title="${hostile}">${[hostile, 1, null, new Markup("<i></i>")]}</b>`.source).toBe(
    '<b title="&#60;/td&#62;&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;">' +
      "&#60;/td&#62;&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;1<i></i></b>",
  );
});

describe("a page", () => {
  it("contains no markup from recorded data, wherever it appears", () => {
    const hostile = `"><script src=https://evil.example></script><img src=x onerror=alert(1)>\u202e`;
    const words = Object.fromEntries(
      [
        "name",
        "organisation",
        "owner",
        "account",
        "phone",
        "notes",
        "topic",
        "fingerprint",
        "source",
        "confirmedBy",
      ].map((field) => [field, hostile]),
    );
    const page = pageOf([recorded(1, words)], "ja", [hostile, "kanto"]);
    expect(page).not.toMatch(/<script|<img|\u202e/);
    expect(page).toContain(String.raw`onerror=alert(1)&#62;\u202e`);
  });

  it("has no external references", () => {
    expect(pageOf([recorded(1)])).not.toMatch(/(?:src|href)=|url\(|@import|https?:/);
  });

  it("is in the reader's language", () => {
    expect(pageOf([recorded(1)])).toMatch(/<html lang="en">[^]*Renewals[^]*ok 1/);
    expect(pageOf([recorded(1)], "ja")).toMatch(/<html lang="ja">[^]*年次更新・期限[^]*余裕あり 1/);
  });

  it("states that nothing is recorded, without an empty chart", () => {
    expect(pageOf([])).toContain("No items are recorded.");
    expect(pageOf([])).not.toMatch(/<svg|<table/);
  });

  it.each([
    ["estimated", "2027-03-01T14:59:59.000Z", "marker ok hollow"],
    ["typed", "2027-03-01T14:59:59.000Z", "marker ok"],
    ["exact", "2026-11-25T14:59:59.000Z", "marker critical"],
    ["estimated", "2026-11-25T14:59:59.000Z", "marker critical hollow"],
    ["typed", null, "marker unknown hollow"],
  ] as const)("draws a date that is %s for %s as %s", (certainty, expiresAt, classes) => {
    const [chart = ""] = /<g data-item[^]*?<\/g/.exec(pageOf([recorded(1, { certainty, expiresAt })])) ?? [];
    expect(/class="(marker[^"]*)"/.exec(chart)?.[1]).toBe(classes);
  });

  it("ends all month lines of a chart below its last row", () => {
    const page = pageOf([recorded(1), recorded(2)]);
    const [, height = ""] = /viewBox="0 0 1000 (\d+)"/.exec(page) ?? [];
    const ends = [...page.matchAll(/class="rule"[^>]*?y2="(\d+)"/g)].map(([, y]) => Number(y));
    const rows = [...page.matchAll(/class="band"[^>]*?\by="(\d+)"[^>]*?height="(\d+)"/g)];
    const [, top, row] = (rows[0] ?? []).map(Number);
    expect(ends.length).toBeGreaterThan(12);
    expect(new Set(ends)).toEqual(new Set([(top ?? 0) + 2 * (row ?? 0)]));
    expect(Number(height)).toBeGreaterThan(ends[0] ?? 0);
  });

  it("draws no more rows in a chart than fit on a sheet", () => {
    const page = pageOf(Array.from({ length: 41 }, (_, number) => recorded(number)));
    expect(page.match(/class="chart"/g)).toHaveLength(3);
    expect(page.match(/<g data-item/g)).toHaveLength(41);
    expect(page.match(/ id="chart-[^"]*"/g)).toHaveLength(6);
    expect(new Set(page.match(/ id="[^"]*"/g)).size).toBe(page.match(/ id="[^"]*"/g)?.length);
  });
});

const READ = ["ink", "faint", "ok", "warning", "critical", "expired", "unknown"] as const;
const palettes: readonly (readonly [string, Palette])[] = [
  ["light", LIGHT_PALETTE],
  ["dark", DARK_PALETTE],
];

test.each(palettes)("every text colour of the %s palette has a contrast of at least 4.5", (_, palette) => {
  for (const name of READ) {
    expect(computeContrast(palette[name], palette.paper), name).toBeGreaterThanOrEqual(MIN_CONTRAST);
    expect(computeContrast(palette[name], palette.band), `${name} on a band`).toBeGreaterThanOrEqual(MIN_CONTRAST);
  }
});

test("the day of a confirmed login is in the context's time zone", () => {
  const page = pageOf([recorded(1, { kind: "android-owner", confirmedAt: "2026-04-01T20:00:00.000Z" })]);
  expect(page).toContain(">2026-04-02</bdi");
  expect(page).not.toContain("2026-04-01T20:00");
});
