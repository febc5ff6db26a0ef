import { execFile } from "node:child_process";
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { freshHome, ROOT, run, splitWords } from "#support/cli/home.ts";

const DOCS = join(ROOT, "docs");
const GUIDES = join(DOCS, "guides");

/** Guides whose commands need what no test has: another program, or a list that stays with its owner. */
const ONLY_READ = ["audit", "nanodep", "notify", "providers", "serve", "store", "using"];

const BESIDE_GUIDES = ["operations", "security", "using"];

const LANGUAGES = { en: "en_US.UTF-8", ja: "ja_JP.UTF-8" } as const;

type Language = keyof typeof LANGUAGES;

/** A file that a page asks its reader to write. */
interface PageFile {
  readonly kind: "file";
  readonly name: string;
  readonly content: string;
}

interface PageCommand {
  readonly kind: "command";
  /** as it is typed, with variables before it */
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

/** Programs that pages tell to type beside clomoctl, and that every machine with a checkout has. */
const OTHER_PROGRAMS = ["cp", "git", "mkdir", "mv", "rm", "tar"];

/** The variables before a command, as `CLOMOCTL_HOME=restored`, and the rest of its line. */
function withoutVariables(line: string): { readonly own: Readonly<Record<string, string>>; readonly typed: string } {
  const { before = "" } = /^(?<before>(?:\w+=\S* )*)/.exec(line)?.groups ?? {};
  const own = before
    .split(" ")
    .filter((word) => word !== "")
    .map((word): [string, string] => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]);
  return { own: Object.fromEntries(own), typed: line.slice(before.length) };
}

const programOf = (line: string): string => withoutVariables(line).typed.split(/\s/, 1)[0] ?? "";

const isRun = (line: string): boolean => ["clomoctl", ...OTHER_PROGRAMS].includes(programOf(line));

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
      .filter(isRun)
      .map((one): PageCommand => {
        const [typed = "", ...shown] = one.trimEnd().split("\n");
        const [line = "", remark = ""] = typed.split(/\s+# /);
        return { kind: "command", line, exit: Number(/^exit (\d+)/.exec(remark)?.[1] ?? 0), shown };
      });
  });
}

const pathOf = (page: string, language: Language): string =>
  BESIDE_GUIDES.includes(page) ? `${page}.${language}.md` : `guides/${language}/${page}.md`;

const pageOf = async (page: string, language: Language): Promise<string> =>
  readFile(join(DOCS, pathOf(page, language)), "utf8");

const guidesIn = async (language: Language): Promise<readonly string[]> =>
  (await readdir(join(GUIDES, language))).map((file) => file.replace(/\.md$/, ""));

const guides = [...new Set([...(await guidesIn("en")), ...(await guidesIn("ja"))])];
const pages = [...guides, ...BESIDE_GUIDES];

/** Nothing of the machine's settings of git, and somebody who commits. */
const GIT = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "山田 太郎",
  GIT_AUTHOR_EMAIL: "taro@example.jp",
  GIT_COMMITTER_NAME: "山田 太郎",
  GIT_COMMITTER_EMAIL: "taro@example.jp",
};

interface Place {
  readonly home: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Ended {
  readonly code: number;
  readonly screen: string;
}

async function runOnTerminal(line: string, { home, cwd, env }: Place): Promise<Ended> {
  const { own, typed } = withoutVariables(line);
  const words = splitWords(typed).slice(1);
  return run(words, { home, cwd, env: { ...env, ...own }, typing: [], columns: 80 });
}

const runByShell = (line: string, { home, cwd, env }: Place): Promise<Ended> =>
  new Promise((done) => {
    const all = { ...GIT, ...env, HOME: home, CLOMOCTL_HOME: home };
    execFile("sh", ["-c", line], { cwd, env: all }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), screen: stdout + stderr }),
    );
  });

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

/** The first digits of a fingerprint, as a page and as a bundle show them. */
const [FINGERPRINT, SHOWN_FINGERPRINT] = ["3f9a 0c11 7be2 45d8", /(?:[0-9a-f]{4} ){3}[0-9a-f]{4}/];

describe.each(pages.filter((page) => !ONLY_READ.includes(page)))("%s", (page) => {
  test.each(Object.entries(LANGUAGES))("does what its page in %s says", async (language, locale) => {
    const [home, cwd] = [freshHome(), freshHome()];
    const place = { home, cwd, env: { PATH: process.env["PATH"] ?? "", LANG: locale } };
    const parts = partsOf(movedToToday(await pageOf(page, language as Language)));
    let fingerprint = FINGERPRINT;
    for (const part of parts) {
      if (part.kind === "file") {
        const path = resolve(cwd, part.name.replace("$CLOMOCTL_HOME", home));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, part.content, { mode: 0o600 });
        continue;
      }
      const [typed = "", target] = part.line.replace(FINGERPRINT, fingerprint).split(" > ");
      const isOurs = programOf(typed) === "clomoctl";
      const { code, screen } = await (isOurs ? runOnTerminal(typed, place) : runByShell(part.line, place));
      expect(code, `${part.line}\n${screen}`).toBe(part.exit);
      if (isOurs && target !== undefined) await writeFile(join(cwd, target), screen);
      fingerprint = SHOWN_FINGERPRINT.exec(screen)?.[0] ?? fingerprint;
      const lines = stripVTControlCharacters(screen.replaceAll(TAKEN_BACK, "\n")).split(/\r*\n|\r/);
      expect(missingOf(part.shown, lines), `${part.line}\n${lines.join("\n")}`).toBeUndefined();
    }
    expect(parts.filter(({ kind }) => kind === "command").length).toBeGreaterThan(2);
  });

  test("has the same commands and files in both languages", async () => {
    const [en, ja] = await Promise.all((["en", "ja"] as const).map(async (one) => partsOf(await pageOf(page, one))));
    const alike = (parts: ReturnType<typeof partsOf> = []): unknown[] =>
      parts.map((part) =>
        part.kind === "file"
          ? [part.name, part.content.replaceAll(/\s*# .*$/gm, "")]
          : [part.line, part.exit, part.shown.length],
      );
    expect(alike(ja)).toEqual(alike(en));
  });

  test.each(Object.keys(LANGUAGES))("has no command in %s that the test does not run", async (language) => {
    const blocks = [...(await pageOf(page, language as Language)).matchAll(BLOCK)].map(({ groups }) => groups ?? {});
    const typed = blocks
      .filter(({ language: kind }) => kind === "console")
      .flatMap(({ content = "" }) => [...content.matchAll(/^\$ (.*)$/gm)].map(([, line = ""]) => line));
    expect(typed.filter((line) => !isRun(line))).toEqual([]);
  });
});

const README = { en: "README.md", ja: "README.ja.md" } as const;

test("each page exists in both languages, and the README of that language links to it", async () => {
  for (const language of ["en", "ja"] as const) {
    const content = await readFile(join(ROOT, README[language]), "utf8");
    expect(content.split("\n").length, README[language]).toBeLessThanOrEqual(91);
    for (const page of pages) {
      expect(await pageOf(page, language)).toMatch(/^# /);
      expect(content.includes(`docs/${pathOf(page, language)}`), `${README[language]}: ${page}`).toBe(true);
    }
  }
});

/** A heading's place in the address of its page, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");

const LINK = /\]\((?<target>[^)#\s]*)(?:#(?<anchor>[^)\s]+))?\)/g;

/** Links of a page of ours that lead nowhere. @param path below the root */
async function deadLinksOf(path: string): Promise<readonly string[]> {
  const content = (await readFile(join(ROOT, path), "utf8")).replaceAll(/^```.*?^```$/gms, "");
  const dead: string[] = [];
  for (const [link, target = "", anchor] of content.matchAll(LINK)) {
    if (/^[a-z]+:/.test(target)) continue;
    const full = target === "" ? join(ROOT, path) : join(ROOT, dirname(path), target);
    const isThere = await access(full).then(
      () => true,
      () => false,
    );
    const headings = isThere && anchor !== undefined ? await readFile(full, "utf8") : "";
    const anchors = [...headings.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));
    if (!isThere || (anchor !== undefined && !anchors.includes(anchor))) dead.push(link);
  }
  return dead;
}

const LINKING = [
  ...Object.values(README),
  "CONTRIBUTING.md",
  ...(await readdir(DOCS)).filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`),
  ...(["en", "ja"] as const).flatMap((language) => guides.map((page) => `docs/${pathOf(page, language)}`)),
];

test.each(LINKING)("%s has no dead links", async (path) => {
  expect(await deadLinksOf(path)).toEqual([]);
});

test("decisions have no dead links", async () => {
  const decisions = (await readdir(join(DOCS, "decisions"))).map((file) => `docs/decisions/${file}`);
  expect((await Promise.all(decisions.map(deadLinksOf))).flat()).toEqual([]);
});
