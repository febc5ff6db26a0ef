import { afterAll, beforeAll, expect, test } from "vitest";
import { startChromium, type StartedChromium } from "#support/process/chromium.ts";
import { createDigest, createDueReminder } from "#support/renewals/digest.ts";
import { renderMail } from "../../src/lib/document/mail.ts";
import { buildReminderDocument } from "../../src/lib/renewals/notify/message.ts";
import type { Digest } from "../../src/lib/renewals/notify/digest.ts";
import { same, text } from "../../src/lib/text/index.ts";

let started: StartedChromium;
beforeAll(async () => {
  started = await startChromium();
});
afterAll(() => started[Symbol.asyncDispose]());

const DIGEST = createDigest({
  due: [
    createDueReminder({ item: { name: "期限切れ" }, days: -3, day: "2026-11-17", expired: true }),
    createDueReminder({ item: { name: "本社", account: "push@example.jp" }, days: 30 }),
    createDueReminder({ item: { name: "<大阪> & 京都", kind: "vpp-token" }, days: 60, day: "2027-03-31" }),
    createDueReminder({ item: { name: "全部", kind: "custom" }, days: 90, day: "2027-04-30" }),
  ],
  warnings: [text("", "届きません")],
});

/** As mail programs show it that drop style sheets, or keep them. */
const mailOf = (digest: Digest, keepsStyles: boolean): string => {
  const { html } = renderMail({ ...buildReminderDocument(digest), title: same("件名 <1>") }, "ja");
  return keepsStyles ? html : html.replace(/<style>.*<\/style>/s, "");
};

test.each([
  ["screen", true],
  ["screen", false],
  ["print", true],
] as const)("without JavaScript, on %s, with style sheet %s, sections match the data", async (media, keepsStyles) => {
  const page = await started.browser.newPage({ javaScriptEnabled: false, viewport: { width: 800, height: 600 } });
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(request.url()));
  await page.emulateMedia({ media });
  await page.setContent(mailOf(DIGEST, keepsStyles));
  expect(await page.title()).toBe("件名 <1>");
  const rows = page.locator("main > section");
  const shown = await rows.allInnerTexts();
  expect(
    shown.map((row) =>
      row
        .split("\n")
        .filter((line) => line.trim() !== "")
        .slice(0, 3),
    ),
  ).toEqual([
    ["MDM プッシュ通知証明書「期限切れ」", "期限", "2026-11-17 期限切れ(3 日経過)"],
    ["MDM プッシュ通知証明書「本社」", "期限", "2027-03-01 あと 30 日"],
    ["VPP サービストークン「<大阪> & 京都」", "期限", "2027-03-31 あと 60 日"],
    ["その他の期日「全部」", "期限", "2027-04-30 あと 90 日"],
    ["ご注意", "届きません"],
  ]);
  expect(shown[1]).toMatch(/アカウント\n+push@example\.jp/);
  expect(await page.locator("li").allInnerTexts()).toEqual(["届きません"]);
  // nothing is asked of the network
  expect(asked.filter((url) => !url.startsWith("about:"))).toEqual([]);
  await page.close();
});

test("a page as wide as a phone needs no horizontal scrolling", async () => {
  const page = await started.browser.newPage({ viewport: { width: 360, height: 640 } });
  const long = createDueReminder({ item: { name: "x".repeat(200), owner: `${"y".repeat(200)}@example.jp` } });
  for (const [due, keepsStyles] of [DIGEST.due, [long]].flatMap((one) => [
    [one, true] as const,
    [one, false] as const,
  ])) {
    await page.setContent(mailOf({ ...DIGEST, due }, keepsStyles));
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  }
  await page.close();
});
