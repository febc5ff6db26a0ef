import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { freshHome, ROOT, startOnTerminal, wordsOf } from "./program.ts";

const GUIDES = join(ROOT, "docs", "guides");

/** Guides whose commands need what no test has: another program, or a list that stays with its owner. */
const ONLY_READ = ["audit", "map-files", "nanodep", "notify"];

const LANGUAGES = { en: "en_US.UTF-8", ja: "ja_JP.UTF-8" } as const;

type Language = keyof typeof LANGUAGES;

/** A file that a page asks its reader to write. */
interface PageFile {
  readonly kind: "file";
  readonly name: string;
  readonly content: string;
}

/** A command of a page. */
interface PageCommand {
  readonly kind: "command";
  readonly line: string;
  /** that the page says behind `# exit`; 0 if it says none */
  readonly exit: number;
  /** lines that the page shows below it; `…` stands for anything */
  readonly shown: readonly string[];
}

const BLOCK = /^```(?<language>\w+)(?: (?<name>\S+))?\n(?<content>.*?)^```$/gms;
const DAY_MS = 86_400_000;

/** The page's `<!-- as of DAY -->` becomes today, and all its dates move along, so that days left stay as they are told. */
function movedToToday(page: string): string {
  const asOf = /<!-- as of (\d{4}-\d\d-\d\d) -->/.exec(page)?.[1];
  if (asOf === undefined) return page;
  const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Tokyo" });
  const moved = Date.parse(today) - Date.parse(asOf);
  return page.replaceAll(/\b\d{4}-\d\d-\d\d\b/g, (day) =>
    new Date(Math.round((Date.parse(day) + moved) / DAY_MS) * DAY_MS).toISOString().slice(0, 10),
  );
}

/** What a page has to be written and typed, in its order. */
function partsOf(page: string): (PageFile | PageCommand)[] {
  return [...page.matchAll(BLOCK)].flatMap(({ groups }): (PageFile | PageCommand)[] => {
    const { language = "", name, content = "" } = groups ?? {};
    if (name !== undefined) return [{ kind: "file", name, content }];
    if (language !== "console" && language !== "sh") return [];
    // a line of a shell script is a command whether it has a prompt or not
    const text = language === "sh" ? content.replaceAll(/^(?=clomoctl )/gm, "$ ") : content;
    return text
      .split(/^\$ /m)
      .filter((one) => one.startsWith("clomoctl "))
      .map((one): PageCommand => {
        const [typed = "", ...shown] = one.trimEnd().split("\n");
        const [line = "", remark = ""] = typed.split(/\s+# /);
        return { kind: "command", line, exit: Number(/^exit (\d+)/.exec(remark)?.[1] ?? 0), shown };
      });
  });
}

const pageOf = async (guide: string, language: Language): Promise<string> =>
  readFile(join(GUIDES, `${guide}.${language}.md`), "utf8");

const guides = [...new Set((await readdir(GUIDES)).map((file) => file.split(".")[0] ?? ""))];

/** Programs that a page's commands start: those of the machine are left alone. */
const STAND_INS: Readonly<Record<string, string>> = {
  crontab:
    'f="$HOME/crontab"; case "$1" in -l) cat "$f" 2>/dev/null || { echo "no crontab" >&2; exit 1; };; -r) rm "$f";; *) cat > "$f";; esac',
  systemctl: "exit 1",
};

async function standIns(home: string): Promise<string> {
  const folder = join(home, "programs");
  await mkdir(folder);
  for (const [name, script] of Object.entries(STAND_INS)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return `${folder}:${process.env["PATH"] ?? ""}`;
}

const escaped = (part: string): string => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/** Whether the lines are on the screen in this order; others may stand between them. @returns the first that is not */
function missingOf(shown: readonly string[], screen: readonly string[]): string | undefined {
  let from = 0;
  return shown.find((line) => {
    const pattern = new RegExp(`^${line.trimEnd().split("…").map(escaped).join(".*")}$`);
    const at = screen.findIndex((one, index) => index >= from && pattern.test(one.trimEnd()));
    from = at + 1;
    return at === -1;
  });
}

/** How a line of progress is taken back: the cursor goes to its start, and it is erased. */
const TAKEN_BACK = new RegExp(String.raw`${String.fromCodePoint(0x1b)}\[\d*[GK]`, "g");

const linesOf = (screen: string): readonly string[] =>
  stripVTControlCharacters(screen.replaceAll(TAKEN_BACK, "\n")).split(/\r*\n|\r/);

describe.each(guides.filter((guide) => !ONLY_READ.includes(guide)))("%s", (guide) => {
  test.each(Object.entries(LANGUAGES))("does what its page in %s says", async (language, locale) => {
    const home = await freshHome();
    const cwd = join(home, "work");
    await mkdir(cwd);
    const env = { PATH: await standIns(home), LANG: locale };
    const parts = partsOf(movedToToday(await pageOf(guide, language as Language)));
    for (const part of parts) {
      if (part.kind === "file") {
        const path = resolve(cwd, part.name.replace("$CLOMOCTL_HOME", home));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, part.content, { mode: 0o600 });
        continue;
      }
      const [typed = "", target] = part.line.split(" > ");
      const running = startOnTerminal(wordsOf(typed).slice(1), { home, cwd, env, size: { columns: 80, rows: 24 } });
      onTestFinished(() => running.close());
      const { code, screen } = await running.ended;
      expect(code, `${part.line}\n${screen}`).toBe(part.exit);
      if (target !== undefined) await writeFile(join(cwd, target), screen);
      const lines = linesOf(screen);
      expect(missingOf(part.shown, lines), `${part.line}\n${lines.join("\n")}`).toBeUndefined();
    }
    expect(parts.filter(({ kind }) => kind === "command").length).toBeGreaterThan(5);
  });

  test("has the same commands and files in both languages", async () => {
    const [en, ja] = await Promise.all((["en", "ja"] as const).map(async (one) => partsOf(await pageOf(guide, one))));
    const alike = (parts: ReturnType<typeof partsOf> = []): unknown[] =>
      parts.map((part) =>
        part.kind === "file"
          ? [part.name, part.content.replaceAll(/\s*# .*$/gm, "")]
          : [part.line, part.exit, part.shown.length],
      );
    expect(alike(ja)).toEqual(alike(en));
  });
});

test("each guide is there in both languages, and README links to it in its own", async () => {
  const files = await readdir(GUIDES);
  for (const [language, readme] of [
    ["en", "README.md"],
    ["ja", "README.ja.md"],
  ] as const) {
    const content = await readFile(join(ROOT, readme), "utf8");
    for (const guide of guides) {
      expect(files).toContain(`${guide}.${language}.md`);
      expect(content.includes(`docs/guides/${guide}.${language}.md`), `${readme}: ${guide}`).toBe(true);
    }
  }
});

describe("the runner", () => {
  const page = [
    "<!-- as of 2027-01-15 -->",
    "```yaml a.yaml",
    "due: 2027-01-20 # soon",
    "```",
    "```console",
    "$ sudo true",
    "$ clomoctl renewals check    # exit 1: due soon",
    "…",
    "  2027-01-20",
    "```",
    "```sh",
    "clomoctl orgs list   # all",
    "```",
    "",
  ].join("\n");

  test("finds files, commands, exit codes and what is shown", () => {
    expect(partsOf(page)).toEqual([
      { kind: "file", name: "a.yaml", content: "due: 2027-01-20 # soon\n" },
      { kind: "command", line: "clomoctl renewals check", exit: 1, shown: ["…", "  2027-01-20"] },
      { kind: "command", line: "clomoctl orgs list", exit: 0, shown: [] },
    ]);
  });

  test("moves dates with the day of the page", () => {
    const days = [...movedToToday(page).matchAll(/\d{4}-\d\d-\d\d/g)].map(([day]) => Date.parse(day) / DAY_MS);
    const [asOf = 0] = days;
    expect(days.map((day) => day - asOf)).toEqual([0, 5, 5]);
    expect(Math.abs(asOf * DAY_MS - Date.now())).toBeLessThan(2 * DAY_MS);
  });

  test("finds the first line that is not shown", () => {
    const screen = ["one", "two  ", "three"];
    expect(missingOf(["one", "t…"], screen)).toBeUndefined();
    expect(missingOf(["two", "one"], screen)).toBe("one");
    expect(missingOf(["tw"], screen)).toBe("tw");
  });
});
