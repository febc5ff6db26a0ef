import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderMail } from "../../src/lib/document/mail.ts";
import { buildReminderDocument } from "../../src/lib/renewals/notify/message.ts";
import { computeContrast, MIN_CONTRAST } from "#support/renewals/contrast.ts";
import { createDigest, createDueReminder } from "#support/renewals/digest.ts";
import { text } from "../../src/lib/text/index.ts";
import { startChromium, type StartedChromium } from "#support/process/chromium.ts";
import { freshHome } from "#support/cli/home.ts";

let started: StartedChromium | undefined;
beforeAll(async () => {
  started = await startChromium();
});
afterAll(() => started?.[Symbol.asyncDispose]());

/** All that is read, with its colour and the one behind it. */
const READ = `[...document.querySelectorAll("body *")].flatMap((element) => {
  const words = [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data.trim()).join("");
  const { display, visibility, fontSize } = getComputedStyle(element);
  // what pictures tell to those who do not see them
  if (element.closest("svg title, svg desc") !== null) return [];
  if (words === "" || display === "none" || visibility === "hidden" || fontSize === "0px") return [];
  let behind = element;
  const colourBehind = () => getComputedStyle(behind).backgroundColor;
  while (behind !== document.documentElement && colourBehind() === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const style = getComputedStyle(element);
  return [{ words, colour: element instanceof SVGElement ? style.fill : style.color, behind: colourBehind() }];
})`;

interface Read {
  readonly words: string;
  readonly colour: string;
  readonly behind: string;
}

const mail = (language: "en" | "ja"): string =>
  renderMail(
    buildReminderDocument(
      createDigest({
        due: [
          createDueReminder({ item: { name: "本社" }, days: -3, day: "2026-11-17", expired: true }),
          createDueReminder({ item: { name: "物流センター", kind: "vpp-token", account: "vpp@example.jp" }, days: 30 }),
          createDueReminder({ item: { name: "契約更新", kind: "custom" }, days: 60, day: "2027-03-31" }),
        ],
        warnings: [text("mail to ops@example.jp was refused", "ops@example.jp へのメールが拒否されました")],
      }),
    ),
    language,
  ).html;

const PAPER = { light: "rgb(255, 255, 255)", dark: "rgb(13, 17, 23)" } as const;

test.each(["en", "ja"] as const)(
  "mails in %s are readable in light and dark mode, on phones and on screens",
  async (language) => {
    const file = join(freshHome(), "mail.html");
    await writeFile(file, mail(language));
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [390, 1280]) {
        const page = await started?.browser.newPage({ colorScheme, viewport: { width, height: 800 } });
        await page?.goto(pathToFileURL(file).href);
        const place = `${colorScheme} ${width}`;
        expect(await page?.evaluate("document.documentElement.scrollWidth"), place).toBeLessThanOrEqual(width);
        const read = (await page?.evaluate(READ)) as readonly Read[];
        expect(read.length, place).toBeGreaterThan(5);
        expect(new Set(read.map(({ behind }) => behind)), place).toContain(PAPER[colorScheme]);
        const dim = read.filter(({ colour, behind }) => computeContrast(colour, behind) < MIN_CONTRAST);
        expect(dim, place).toEqual([]);
        const folder = process.env["CLOMOCTL_SCREENSHOTS"];
        if (folder !== undefined)
          await page?.screenshot({
            path: join(folder, `mail-${language}-${colorScheme}-${width}.png`),
            fullPage: true,
          });
        await page?.close();
      }
    }
  },
);
