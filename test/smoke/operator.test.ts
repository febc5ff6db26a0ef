import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { freshHome, run } from "#support/process/program.ts";
import { openPostOffice } from "#support/renewals/post-office.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";

const DAY_MS = 86_400_000;
// in the middle of a stage, so that midnight may pass meanwhile
const inDays = (days: number): Date => new Date(new Date().getTime() + days * DAY_MS);

test.each([
  { lang: "ja", subject: "【年次更新・期限】" },
  { lang: "en", subject: "[Renewal]" },
])(
  "an operator watches tokens from cron, gets one reminder, and renews a token ($lang)",
  LONG_TIMEOUT,
  async ({ lang, subject }) => {
    const home = await freshHome();
    const office = await openPostOffice();
    onTestFinished(() => office.close());
    const clomoctl = (line: string) => run([...line.split(" "), "--lang", lang], { home, cwd: home });

    await mkdir(join(home, "tokens"));
    await writeFile(join(home, "tokens", "osaka.vpptoken"), createVppToken(inDays(12), "大阪"));
    await writeFile(join(home, "tokens", "tokyo.vpptoken"), createVppToken(inDays(200), "東京"));
    const settings = [
      "smtp:",
      "  host: 127.0.0.1",
      `  port: ${office.port}`,
      "  security: none",
      "  from: renewals@example.jp",
      "recipients:",
      `  - {name: it, way: mail, address: it@example.jp, language: ${lang}}`,
    ];
    await writeFile(join(home, "notify.yaml"), settings.join("\n"), { mode: 0o600 });

    expect(await clomoctl("renewals add tokens --yes")).toMatchObject({ code: 0 });
    const critical = await clomoctl("renewals check --prometheus renewals.prom");
    expect(critical).toMatchObject({ code: 2, text: expect.stringContaining("大阪") });
    expect(await readFile(join(home, "renewals.prom"), "utf8")).toContain("大阪");

    expect(await clomoctl("status --notify")).toMatchObject({ code: 2 });
    // the reminder, and what is due in the next months
    expect(office.delivered.map(({ to }) => to)).toEqual(["it@example.jp", "it@example.jp"]);
    expect(office.delivered[0]?.mail.subject).toContain(subject);
    expect(await clomoctl("status --notify")).toMatchObject({ code: 2, text: "", stderr: "" });
    expect(office.delivered.length).toBe(2);

    const renewed = inDays(365);
    await writeFile(join(home, "osaka-2027.vpptoken"), createVppToken(renewed, "大阪"));
    const files = "--current tokens/osaka.vpptoken --new osaka-2027.vpptoken";
    expect(await clomoctl(`renewals verify ${files}`)).toMatchObject({ code: 0 });
    expect(await clomoctl("renewals renew 大阪 osaka-2027.vpptoken")).toMatchObject({ code: 8 });
    // only downloaded so far: the console still has the old one
    expect(await clomoctl("renewals check")).toMatchObject({ code: 2 });
    const shown = renewed.toLocaleDateString("sv-SE", { timeZone: "Asia/Tokyo" });
    expect(await clomoctl(`renewals renew 大阪 osaka-2027.vpptoken --console-shows ${shown}`)).toMatchObject({
      code: 0,
    });
    expect(await clomoctl("renewals check")).toMatchObject({ code: 0 });
  },
);
