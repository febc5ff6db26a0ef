import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createProcessTable } from "../../files/index.ts";
import { installCron, removeCron, readCronSchedule, type CronPlace } from "./cron.ts";
import type { ProgramResult } from "./programs.ts";
import type { DailyRun } from "./schedule.ts";

const WINTER = new Date("2026-11-20T00:00:00Z");
const FIRST = "# >>> clomoctl renewals >>>";
const LAST = "# <<< clomoctl renewals <<<";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cron-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const ran = (code: number | null, stdout = "", stderr = ""): ProgramResult => ({
  code,
  stdout: Buffer.from(stdout, "latin1"),
  stderr,
});

/** A person's crontab, kept as cron keeps it; undefined where there is none. */
class Crontab {
  content: string | undefined;
  /** what was asked, `-l` aside */
  readonly asked: string[] = [];
  readonly answers = new Map<string, ProgramResult | undefined>();

  constructor(content?: string) {
    this.content = content;
  }

  place(change: Partial<CronPlace> = {}): CronPlace {
    return {
      run: async (name, [option = ""], { input } = {}) => {
        if (name !== "crontab") throw new TypeError(`${name} was run`);
        if (option !== "-l") this.asked.push(option);
        if (this.answers.has(option)) return this.answers.get(option);
        if (option === "-l")
          return this.content === undefined ? ran(1, "", "no crontab for k\n") : ran(0, this.content);
        this.content = option === "-r" ? undefined : Buffer.from(input ?? "").toString("latin1");
        return ran(0);
      },
      write: async (path, content) => {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
      },
      launchers: join(folder, "launchers"),
      units: (way) => join(folder, way),
      owner: 1000,
      temporary: {
        temporaryFolder: join(folder, "tmp"),
        processes: createProcessTable(process.pid, process.kill.bind(process), "here"),
      },
      timezone: "Asia/Tokyo",
      now: WINTER,
      ...change,
    };
  }
}

const wanted = (change: Partial<DailyRun> = {}): DailyRun => ({
  at: { hour: 9, minute: 5 },
  timezone: "Asia/Tokyo",
  launcher: {
    node: "/usr/bin/node",
    door: "/usr/bin/clomoctl",
    path: "/usr/bin",
    userFolder: "/home/k",
    language: "en",
    variables: new Map(),
    scope: ["--all-contexts"],
  },
  ...change,
});

/** The line that cron is to run. */
const lineOf = ({ content = "" }: Crontab): string | undefined =>
  content.split("\n").find((line) => line.includes("/bin/sh"));

test.each([
  ["there is no crontab", undefined],
  ["it is empty", ""],
  ["it has lines", "MAILTO=k@example.jp\n5 4 * * * true\n"],
  ["it holds bytes that are no UTF-8", "#\u00ff\u00fe\n"],
])("adds the daily run to the crontab, and removal restores it if %s", async (_, before) => {
  const crontab = new Crontab(before);
  const place = crontab.place();
  const launcher = join(place.launchers, "renewals-cron.sh");
  const { scheduled, changed, notes, warnings } = await installCron(place, wanted());
  expect({ changed, notes, warnings }).toEqual({ changed: true, notes: [], warnings: [] });
  expect(scheduled).toEqual({
    way: "cron",
    installed: true,
    at: "09:05",
    timezone: "Asia/Tokyo",
    active: null,
    files: [launcher],
  });
  const [heading = "", ...lines] =
    crontab.content
      ?.slice(before?.length ?? 0)
      .split("\n")
      .slice(1) ?? [];
  expect(crontab.content?.startsWith(`${before ?? ""}${FIRST}\n# `)).toBe(true);
  expect([heading.startsWith("# "), ...lines]).toEqual([true, `5 9 * * * /bin/sh '${launcher}'`, LAST, ""]);
  expect(await readFile(launcher, "utf8")).toContain("--all-contexts");
  const removed = await removeCron(place);
  expect(removed).toMatchObject({
    changed: true,
    notes: [],
    warnings: [],
    scheduled: { installed: false, at: null, files: [] },
  });
  expect([crontab.content ?? "", existsSync(launcher)]).toEqual([before ?? "", false]);
  expect(crontab.asked).toEqual(["-", (before ?? "") === "" ? "-r" : "-"]);
});

test("installing again changes only the launcher or the time", async () => {
  const crontab = new Crontab();
  const place = crontab.place();
  await installCron(place, wanted());
  const other = wanted({ launcher: { ...wanted().launcher, scope: ["--context", "kanto"] } });
  expect((await installCron(place, other)).changed).toBe(false);
  expect(crontab.asked).toEqual(["-"]);
  expect(await readFile(join(place.launchers, "renewals-cron.sh"), "utf8")).toContain("kanto");
  const later = await installCron(place, wanted({ at: { hour: 18, minute: 0 } }));
  expect([later.changed, later.scheduled.at]).toEqual([true, "18:00"]);
  expect(crontab.content?.split(FIRST)).toHaveLength(2);
});

test.each([
  ["the same zone", "Asia/Tokyo", "Asia/Tokyo", "5 9", 0, 0],
  ["a zone with the same clock", "Asia/Tokyo", "Asia/Seoul", "5 9", 0, 0],
  ["another zone without summer time", "Asia/Tokyo", "UTC", "5 0", 1, 0],
  ["another zone with summer time", "Asia/Tokyo", "America/New_York", "5 19", 1, 1],
  ["a zone whose clock differs in summer only", "Etc/UTC", "Europe/London", "5 9", 1, 1],
  ["a zone half an hour away", "Asia/Kolkata", "UTC", "35 3", 1, 0],
])("converts a time to cron's clock, in %s", async (_, timezone, here, line, notes, warnings) => {
  const crontab = new Crontab();
  const changed = await installCron(crontab.place({ timezone: here }), wanted({ timezone }));
  expect(lineOf(crontab)?.startsWith(`${line} * * * `)).toBe(true);
  expect([changed.notes.length, changed.warnings.length]).toEqual([notes, warnings]);
  for (const { en, ja } of [...changed.notes, ...changed.warnings]) {
    for (const zone of [timezone, here]) expect([en.includes(zone), ja.includes(zone)]).toEqual([true, true]);
  }
});

test("a folder with any name stays one word for cron and the shell", async () => {
  const crontab = new Crontab();
  await installCron(crontab.place({ launchers: join(folder, "100% k's") }), wanted());
  expect(lineOf(crontab)?.endsWith(String.raw`/100\% k'\''s/renewals-cron.sh'`)).toBe(true);
});

test("reports a computer without cron, and writes nothing", async () => {
  const crontab = new Crontab();
  crontab.answers.set("-l", undefined);
  const place = crontab.place();
  await expect(installCron(place, wanted())).rejects.toMatchObject({ code: "unavailable" });
  expect(existsSync(place.launchers)).toBe(false);
  expect(await removeCron(place)).toMatchObject({ changed: false, scheduled: { installed: false } });
  expect((await readCronSchedule(place)).installed).toBe(false);
});

/** The reasons that clomoctl words itself. */
const IN_JAPANESE: Readonly<Record<string, string>> = {
  "no reason given": "理由は表示されていません",
  "does not show the new entry": "書き込んだ内容と一致しません",
};

test.each<[string, string, ProgramResult | undefined, string]>([
  ["listing is refused", "-l", ran(1, "", "k may not use crontab\n"), "k may not use crontab"],
  ["listing is refused without a word", "-l", ran(1), "no reason given"],
  ["a signal ended it", "-l", ran(null), "no reason given"],
  ["writing is refused", "-", ran(1, "", "errors in crontab file"), "errors in crontab file"],
  ["a signal ended the writing", "-", ran(null), "no reason given"],
  ["cron went away in between", "-", undefined, "no reason given"],
  ["what is listed is not what was given", "-", ran(0), "does not show the new entry"],
])("reports the reason if %s", async (_, option, answer, reason) => {
  const crontab = new Crontab("5 4 * * * true\n");
  crontab.answers.set(option, answer);
  const refused = installCron(crontab.place(), wanted());
  await expect(refused).rejects.toMatchObject({ code: "unexpected", what: { en: expect.stringContaining(reason) } });
  const inJapanese = IN_JAPANESE[reason] ?? reason;
  await expect(refused).rejects.toMatchObject({ what: { ja: expect.stringContaining(inJapanese) } });
});

test("refuses broken markers before writing anything", async () => {
  const crontab = new Crontab(`${FIRST}\nx\n`);
  const place = crontab.place();
  await expect(installCron(place, wanted())).rejects.toMatchObject({ code: "input-rejected" });
  await expect(removeCron(place)).rejects.toMatchObject({ code: "input-rejected" });
  expect([crontab.asked, existsSync(place.launchers)]).toEqual([[], false]);
});

test.each([
  ["another time", "30 6 * * * /bin/sh x", "06:30"],
  ["words for a time", "@daily /bin/sh x", null],
  ["several times", "0,30 6 * * * /bin/sh x", null],
  ["no line at all", "# taken out", null],
])("shows a block in which somebody has put %s", async (_, line, at) => {
  const crontab = new Crontab(`7 7 * * * other\n${FIRST}\n${line}\n${LAST}\n8 8 * * * other\n`);
  expect(await readCronSchedule(crontab.place())).toMatchObject({ installed: true, at });
});

test("removing nothing is not a change", async () => {
  const crontab = new Crontab("5 4 * * * true\n");
  expect(await removeCron(crontab.place())).toMatchObject({ changed: false });
  expect(crontab.asked).toEqual([]);
});
