import { stripVTControlCharacters } from "node:util";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeXlsx } from "hucre";
import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { freshHome, run } from "#support/cli/home.ts";
import type { Typing } from "#support/commands/program.ts";

const HEADER = ["お名前", "メールアドレス", "組織コード", "社員コード", "TEL", "入社日", "備考"];

/** People with an email address, an organisation, a code, a telephone number, and the day they came. */
const person = (name: string, mail: string, code: string, { org = "S01", tel = "03-0000-0001" } = {}): string[] => [
  name,
  mail,
  org,
  code,
  tel,
  "2020/04/01",
  "",
];

/** Somebody's first list, with fifteen mistakes. */
const LIST: readonly (readonly string[])[] = [
  HEADER,
  person("佐藤 一郎", "ichiro@example.jp", "0001"),
  person("鈴木 花子", "hanako@example", "0002"),
  person("田中 次郎", "jiro＠example.jp", "0003"),
  person("", "nana@example.jp", "0004"),
  person("高橋 五郎", "", "0005"),
  person("伊藤 六実", " mutsumi@example.jp ", "0006"),
  person("渡辺 七海", "a7@example.jp;b7@example.jp", "0007"),
  person("山本 八郎", "hachiro@example.jp", "1.23E+05", { tel: "3.12345678E9" }),
  person("中村 九太", "kuta@example.jp", "0001"),
  person("#N/A", "tokio@example.jp", "0010"),
  person("小林 十一", "ichiro@example.jp", "0011"),
  person("加藤 十二", "juni@example.jp", "0012", { org: "S99" }),
  ["吉田 十三", "jusan@example.jp", "S01", "13"],
  HEADER.map(() => ""),
  ["合計", "", "", "13", "", "", ""],
];

/** The list as its owner corrects it, of what was told: blanks and the full-width @ are left to `--fix`. */
const MENDED: readonly (readonly string[])[] = [
  HEADER,
  person("佐藤 一郎", "ichiro@example.jp", "0001"),
  person("鈴木 花子", "hanako@example.jp", "0002"),
  person("田中 次郎", "jiro＠example.jp", "0003"),
  person("山田 奈々", "nana@example.jp", "0004"),
  person("高橋 五郎", "goro@example.jp", "0005"),
  person("伊藤 六実", " mutsumi@example.jp ", "0006"),
  person("渡辺 七海", "a7@example.jp", "0007"),
  person("山本 八郎", "hachiro@example.jp", "0008"),
  person("中村 九太", "kuta@example.jp", "0009"),
  person("林 時雄", "tokio@example.jp", "0010"),
  person("小林 十一", "juichi@example.jp", "0011"),
  person("加藤 十二", "juni@example.jp", "0012"),
  ["吉田 十三", "jusan@example.jp", "S01", "0013"],
];

type Rows = readonly (readonly string[])[];

const FORMS = {
  "list.csv": async (rows: Rows) => iconv.encode(rows.map((row) => `${row.join(",")}\r\n`).join(""), "cp932"),
  "list.xlsx": async (rows: Rows) => writeXlsx({ sheets: [{ name: "社員", rows: rows.map((row) => [...row]) }] }),
};

/** What is told of the list, for each of its mistakes but the headers, by cell. */
const TOLD = {
  en: [
    "no dot after the @",
    '"jiro＠example.jp"',
    "must not be blank",
    "two addresses in one cell",
    "a number in exponent form, rounded by a spreadsheet",
    "#N/A",
    "the same",
    "fewer digits than the other codes that begin with 0 (a spreadsheet may have removed leading zeros)",
    "blank row",
  ],
  ja: [
    "@ の後にドットがありません",
    "「jiro＠example.jp」",
    "空にできません",
    "1 つのセルに 2 つのアドレスがあります",
    "表計算ソフトが桁を丸めた数値です(指数表記)",
    "#N/A",
    "重複しています",
    "先頭の 0 を消した可能性があります",
    "空の行",
  ],
} as const;

/** The commands that a text proposes, as one would type them. */
const proposedIn = (screen: string): readonly string[][] =>
  [...screen.matchAll(/clomoctl ((?:csv map|users import) [\w.,/ '-]*[\w'])/g)].map(([, words = ""]) =>
    words.replaceAll("'", "").split(" "),
  );

const QUESTIONS = {
  en: [(header: string) => `Which field does "${header}" stand for?`, "Apply to "],
  ja: [(header: string) => `「${header}」はどの項目ですか?`, "適用しますか"],
} as const;

/** What is shown, as one line. */
const plain = (screen: string): string => stripVTControlCharacters(screen).replaceAll(/\r?\n/g, "");

/** Somebody at a terminal, with the list in a folder. */
async function atTerminal(name: keyof typeof FORMS, lang: "en" | "ja") {
  const home = freshHome();
  const [question, confirmation] = QUESTIONS[lang];
  await writeFile(join(home, name), await FORMS[name](LIST));
  /** What is shown until a command ends with this code. */
  const shown = async (words: readonly string[], code: number, typing: readonly Typing[] = []): Promise<string> => {
    const ended = await run([...words, "--lang", lang], { home, columns: 80, env: { NO_COLOR: "1" }, typing });
    expect(ended.code, ended.screen).toBe(code);
    return plain(ended.screen);
  };
  return {
    home,
    // without --no-input, the import would ask what the columns mean
    refused: (words: readonly string[]) => shown([...words, "--no-input"], 3),
    maps: (words: readonly string[]) =>
      shown(
        words,
        0,
        ["お名前", "入社日", "備考"].map((header) => [question(header), "\r"]),
      ),
    mends: async () => writeFile(join(home, name), await FORMS[name](MENDED)),
    imports: (words: readonly string[]) => shown(words, 0, [[confirmation, "y\r"]]),
  };
}

const tells = (name: string, lang: "en" | "ja", screen: string): void => {
  // as CSV, the row whose code lost its zeros has too few cells; in a workbook, a blank row is no row
  const untold = name === "list.csv" ? /leading zeros|先頭の 0/ : /blank row|空の行/;
  const known = TOLD[lang].filter((told) => !untold.test(told));
  // lines break between words
  const shown = screen.replaceAll(" ", "");
  expect(known.filter((told) => !shown.includes(told.replaceAll(" ", "")))).toEqual([]);
};

/** The users there are: name, addresses, code. */
async function usersIn(home: string): Promise<readonly string[]> {
  const { text } = await run(["users", "list", "--format", "json", "--fields", "name,emails,employeeCode"], { home });
  const users = JSON.parse(text) as { name: string; emails: string[]; employeeCode: string }[];
  return users.map((user) => [user.name, user.emails.join(), user.employeeCode].join(" ")).toSorted();
}

/** Those of the corrected list. */
const RIGHT = MENDED.slice(1)
  .map(([who, mail = "", , code]) => [who, mail.trim().replace("＠", "@"), code].join(" "))
  .toSorted();

const LISTS = [
  ["list.csv", "ja"],
  ["list.csv", "en"],
  ["list.xlsx", "ja"],
  ["list.xlsx", "en"],
] as const;

test.each(LISTS)(
  "a first list is imported with three commands, each proposed by the one before: %s, %s",
  async (name, lang) => {
    const person = await atTerminal(name, lang);
    const refusal = await person.refused(["users", "import", name]);
    tells(name, lang, refusal);
    const [map = [], whole = []] = proposedIn(refusal);
    expect(map.slice(0, 2)).toEqual(["csv", "map"]);
    const [next = []] = proposedIn(await person.maps(map));
    // only the import knows which organisations are new
    expect(next).toEqual(whole.filter((word) => word !== "--create-orgs"));
    await person.mends();
    await person.imports(whole);
    expect(await usersIn(person.home)).toEqual(RIGHT);
  },
);

/** One of each form and language. */
const TWO = [LISTS[0], LISTS[3]] as const;

test.each(TWO)("a first list is imported if its columns are mapped first: %s, %s", async (name, lang) => {
  const person = await atTerminal(name, lang);
  const [next = []] = proposedIn(await person.maps(["csv", "map", name, "--as", "users", "-o", "map.yaml"]));
  const refusal = await person.refused(next);
  tells(name, lang, refusal);
  await person.mends();
  await person.imports([...next, "--create-orgs"]);
  expect(await usersIn(person.home)).toEqual(RIGHT);
});

test.each(TWO)(
  "a first list is imported if it is corrected before its columns are mapped: %s, %s",
  async (name, lang) => {
    const person = await atTerminal(name, lang);
    const [map = []] = proposedIn(await person.refused(["users", "import", name]));
    await person.mends();
    const [next = []] = proposedIn(await person.maps(map));
    await person.imports([...next, "--create-orgs"]);
    expect(await usersIn(person.home)).toEqual(RIGHT);
  },
);
