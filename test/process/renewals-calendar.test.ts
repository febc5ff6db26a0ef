import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ICAL from "ical.js";
import { expect, test } from "vitest";
import { run as runHere } from "#support/cli/home.ts";
import { freshHome, run } from "#support/process/program.ts";

const read = (calendar: string): readonly (readonly [unknown, unknown])[] =>
  new ICAL.Component(ICAL.parse(calendar) as unknown[])
    .getAllSubcomponents("vevent")
    .map((event) => [event.getFirstPropertyValue("summary"), event.getFirstPropertyValue("dtstart")?.toString()]);

const EMBEDDED = ["--context", "local"];

test("the calendar has every dated item on its day in the context's zone, whatever the process's zone", async () => {
  const home = await freshHome();
  const clomoctl = (...args: readonly string[]) => run(args, { home, cwd: home, env: { TZ: "America/Los_Angeles" } });
  const here = (...args: readonly string[]) => runHere(args, { home });
  await here("context", "add", "kanto", "--embedded");
  await here("renewals", "add", "本社", "--kind", "push-certificate", "--expires", "2099-03-01", ...EMBEDDED);
  await here("renewals", "add", "関東", "--kind", "custom", "--expires", "2096-02-29", "--context", "kanto");
  await here("renewals", "add", "不明", "--kind", "android-owner", ...EMBEDDED);
  const one = await clomoctl("renewals", "calendar", "-o", "a.ics", "--lang", "ja", ...EMBEDDED);
  expect([one.code, one.text]).toEqual([0, ""]);
  expect(one.stderr).toContain("期限不明の 1 件は、カレンダーに入っていません");
  const file = await readFile(join(home, "a.ics"), "utf8");
  expect(read(file)).toEqual([["期限: MDM プッシュ通知証明書「本社」", "2099-03-01"]]);
  const all = await clomoctl("renewals", "calendar", "--all-contexts", "--quiet");
  expect(all.text.endsWith("END:VCALENDAR\r\n")).toBe(true);
  expect(read(all.text)).toEqual([
    ["Expires: MDM push certificate 本社", "2099-03-01"],
    ["Expires: other date 関東", "2096-02-29"],
  ]);
});
