import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RESOURCE_TITLES } from "../src/lib/handover/bundle/manifest.ts";
import { parseTypedWords } from "../src/cli/parse.ts";
import { CONFIG_PROFILE, SUPERVISED_KINDS } from "../src/lib/nouns/config-profile.ts";
import { readTypedLine } from "#support/cli/typed-line.ts";
import { GUIDE_WORDS } from "./manual/guide-words.ts";
import { type CitedLines, hasManual, parseSources, readPage } from "./manual/pages.ts";
import { SECTIONS } from "./manual/sections.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");

/** What the manual shows without a number: the choices of 1 and 2, both ways to install, … */
const UNNUMBERED = {
  "1": ["監視対象モード", "ADE:", "without ADE", "非監視対象モード", "CLOMO MDM Agent for iOS"],
  "2": ["with VPP", "without VPP"],
  "4": ["「[CLOMO PANEL] 登録完了のお知らせ」", "one account"],
  "10-2": ["by hand", "automatic"],
  "11-1": ["MarketPlace アプリ, Enterprise アプリ"],
  "11-2": ["by hand", "automatic"],
  "12": ["紛失モード", "メッセージを通知", "デバイス名を変更", "壁紙を変更"],
};

const [page = "", legend = ""] = read("docs/development/manual.md").split("## Tests");

const rowsOf = (table: string): readonly (readonly string[])[] =>
  table
    .split("\n")
    .filter((one) => one.startsWith("| "))
    .slice(2)
    .map((one) => one.slice(2, -2).split(" | "));

const ROWS = rowsOf(page).map(([section = "", steps = "", says = "", here = "", tests = ""]) => {
  const isSection =
    /^(?:text|\d+ steps)$/.test(steps) && SECTIONS.some(({ id, title }) => id === section && title === says);
  return { section, steps, says, here, tests: tests.split(", "), isSection, named: [...here.matchAll(/`([^`]+)`/g)] };
});
const STEPS = ROWS.filter(({ isSection }) => !isSection);

/** Returns the manual's lines of the steps that a row names. */
const listLines = ({ section, steps }: (typeof ROWS)[number]): readonly number[] => {
  const [first = 0, last = first] = steps.split("–").map(Number);
  const ofSection = SECTIONS.find(({ id }) => id === section)?.steps ?? [];
  return steps === "text" ? [] : Array.from({ length: last - first + 1 }, (_, at) => ofSection[first - 1 + at] ?? 0);
};

/** Returns the manual's lines on which a step of a guide such as `guides/enrolment#sync` is based. */
const listSources = (name: string): readonly CitedLines[] => {
  const [, guide = "", step] = /^guides\/(.+)#(.+)$/.exec(name) ?? [];
  const ofStep = GUIDE_WORDS.guides[guide]?.filter(({ id }) => id === step) ?? [];
  return ofStep.flatMap(({ seed }) => (seed === undefined ? [] : parseSources(seed)));
};

test("the guides that a row names cite the manual's lines of its steps", () => {
  const uncited = STEPS.flatMap((row) => {
    const guides = row.named.flatMap(([, name = ""]) => (name.startsWith("guides/") ? [name] : []));
    const sources = guides.flatMap(listSources).filter(({ page: cited }) => cited === "003");
    const isCited = (line: number): boolean => sources.some(({ first, last }) => first <= line && line <= last);
    const lines = guides.length === 0 ? [] : listLines(row).filter((line) => !isCited(line));
    return lines.map((line) => `${row.section}, ${row.steps}: ${line} (${guides.join(", ")})`);
  });
  expect(uncited).toEqual([]);
});

test.each(hasManual ? SECTIONS : [])(
  "$id is on line $line of the page, with its steps",
  ({ id, title, line, steps }) => {
    const [heading, ...rest] = readPage("003").slice(line - 1);
    expect(heading?.normalize("NFKC")).toBe(`${id}:${title}`.normalize("NFKC"));
    const end = rest.findIndex((one) => /^\d+(?:-\d+)*[::]/.test(one));
    const numbered = rest.flatMap((one, at) => (/^\d+\./.test(one) && (end === -1 || at < end) ? [line + 1 + at] : []));
    expect(numbered).toEqual(id === "10-1" ? [] : steps);
  },
);

test("every section of the manual has its row, and every step of it is in one row", () => {
  expect(ROWS.filter(({ isSection }) => isSection).map(({ section, steps, says }) => [section, says, steps])).toEqual(
    SECTIONS.map(({ id, title, steps }) => [id, title, steps.length > 0 ? `${steps.length} steps` : "text"]),
  );
  for (const { id, steps } of SECTIONS) {
    const lines = STEPS.filter(({ section }) => section === id).flatMap(listLines);
    expect(lines, id).toEqual(steps);
  }
  for (const [id, beginnings] of Object.entries(UNNUMBERED)) {
    const rows = STEPS.filter(({ section, steps }) => section === id && steps === "text");
    expect(
      rows.map(({ says }, at) => says.startsWith(beginnings[at] ?? "?")),
      id,
    ).toEqual(beginnings.map(() => true));
  }
});

test("every kind of profile has its row", () => {
  const { names } = CONFIG_PROFILE.fields.kind;
  const kinds = Object.entries(names).filter(([kind]) => kind !== "ade");
  const rows = STEPS.filter(({ section }) => section === "10-1");
  expect(rows.map(({ says, named: [command] }) => [says, / --kind (\S+)/.exec(command?.[1] ?? "")?.[1]])).toEqual(
    kinds.map(([kind, { ja }]) => {
      const note = (SUPERVISED_KINDS as readonly string[]).includes(kind) ? " ※2" : kind === "mdm-agent" ? " ※1" : "";
      return [`${ja}${note}`, kind];
    }),
  );
});

/** Returns the text of a step of a guide; steps for several ways to enrol devices can have the same ID. */
const textOfStep = (step: string, language: "en" | "ja"): string => {
  const [guide = "", id = ""] = step.split("#");
  return read(`${guide}.${language}.md`)
    .split(/^1\. /m)
    .filter((one) => one.startsWith(`<!-- id: ${id} -->`))
    .join("\n");
};

/** Throws if the program does not have the command with these options. */
async function parseCommand(line: string): Promise<void> {
  parseTypedWords(await readTypedLine(line));
}

test.each(ROWS.map((row) => [`${row.section}, ${row.steps}: ${row.says}`, row] as const))(
  "has a command, a record type or a step of a guide: %s",
  async (_, { says, here, named }) => {
    const names = named.map(([, name = ""]) => name);
    expect(names).not.toEqual([]);
    const commands = names.filter((name) => name.startsWith("clomoctl "));
    await Promise.all(commands.map(parseCommand));
    const guides = names.filter((name) => name.startsWith("guides/"));
    const texts = guides.map((name) => textOfStep(name, "ja"));
    expect([...texts, ...guides.map((name) => textOfStep(name, "en"))]).not.toContain("");
    const others = names.filter((name) => ![...commands, ...guides].includes(name));
    expect(Object.keys(RESOURCE_TITLES)).toEqual(expect.arrayContaining(others));
    // what the manual calls a button or a message is in the guide, too
    const quoted = [...`${says} ${here}`.matchAll(/「[^」]+」/gu)].map(([words]) => words);
    expect(quoted.filter((words) => !texts.join("\n").includes(words))).toEqual([]);
  },
);

test("every test that a row names has the words, and every listed test is named", () => {
  const tests = rowsOf(legend);
  expect(new Set(ROWS.flatMap((row) => row.tests))).toEqual(new Set(tests.map(([name]) => name)));
  for (const [name, path = "", words = ""] of tests)
    expect(read(path.replaceAll("`", "")).includes(words), `${name}: ${words}`).toBe(true);
});
