import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RESOURCE_TITLES } from "../src/lib/handover/bundle/manifest.ts";
import { parseTypedWords } from "../src/cli/parse.ts";
import { CONFIG_PROFILE, SUPERVISED_KINDS } from "../src/lib/nouns/config-profile.ts";
import { readTypedLine } from "#support/cli/typed-line.ts";

/** The sections with their titles and numbers of steps (of rows, in 10-1), as the manual has them. @see seed 003 */
const SECTIONS = [
  ["7-2-5", "ADE プロファイルを作成する", 7],
  ["7-2-6", "ADE プロファイルを自動適用に設定する", 7],
  ["8", "デバイスを登録する", 0],
  ["8-1", "ADE デバイスを購入した場合", 0],
  ["8-1-1", "ADE デバイスを MDM サーバに割り当てる", 15],
  ["8-1-2", "ADE デバイスの一覧を更新する", 6],
  ["8-1-3", "ADE デバイスの情報を確認する", 4],
  ["8-1-4", "ADE デバイスをセットアップする", 7],
  ["8-2", "ADE を使わず監視対象モードにする場合", 0],
  ["8-2-1", "Apple Configurator で監視対象モードに設定する", 15],
  ["8-2-2", "監視対象モードのデバイスをセットアップする", 7],
  ["8-3", "手動で ADE デバイスにする場合", 0],
  ["8-3-1", "ネットワークプロファイルを作成する", 7],
  ["8-3-2", "デバイスを Apple Business Manager(ABM)に追加する", 18],
  ["8-3-3", "デバイスをサーバーに割り当てる", 14],
  ["8-3-4", "ADE デバイスとして PANEL に同期させる", 10],
  ["8-3-5", "ADE デバイスのセットアップをおこなう", 7],
  ["9", "(任意)組織やユーザーをデバイスと関連付ける", 8],
  ["10", "プロファイルをインストールする", 0],
  ["10-1", "プロファイルを作成する", 15],
  ["10-2", "プロファイルをインストールする", 0],
  ["11", "アプリケーションをインストールする", 0],
  ["11-1", "アプリを登録する", 0],
  ["11-2", "アプリをインストールする", 0],
  ["12", "導入後のさらなる活用について", 0],
] as const;

/** What the manual shows without a number: both ways to install, both kinds of apps, and the four actions of 12. */
const UNNUMBERED = {
  "10-2": ["by hand", "automatic"],
  "11-1": ["MarketPlace アプリ, Enterprise アプリ"],
  "11-2": ["by hand", "automatic"],
  "12": ["紛失モード", "メッセージを通知", "デバイス名を変更", "壁紙を変更"],
};

const read = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");

const [page = "", legend = ""] = read("docs/manual.md").split("## Tests");

const rowsOf = (table: string): readonly (readonly string[])[] =>
  table
    .split("\n")
    .filter((one) => one.startsWith("| "))
    .slice(2)
    .map((one) => one.slice(2, -2).split(" | "));

const ROWS = rowsOf(page).map(([section = "", steps = "", says = "", here = "", tests = ""]) => {
  const isSection =
    /^(?:text|\d+ steps)$/.test(steps) && SECTIONS.some(([id, title]) => id === section && title === says);
  return { section, steps, says, here, tests: tests.split(", "), isSection, named: [...here.matchAll(/`([^`]+)`/g)] };
});
const STEPS = ROWS.filter(({ isSection }) => !isSection);

test("every section of the manual has its row, and every step of it is in one row", () => {
  expect(ROWS.filter(({ isSection }) => isSection).map(({ section, steps, says }) => [section, says, steps])).toEqual(
    SECTIONS.map(([id, title, steps]) => [id, title, id === "10-1" || steps > 0 ? `${steps} steps` : "text"]),
  );
  for (const [id, , count] of SECTIONS) {
    const numbers = STEPS.filter(({ section, steps }) => section === id && steps !== "text").flatMap(({ steps }) => {
      const [first = 0, last = first] = steps.split("–").map(Number);
      return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    });
    expect(numbers, id).toEqual(Array.from({ length: count }, (_, at) => at + 1));
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
