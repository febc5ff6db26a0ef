import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, ROOT, run } from "#support/cli/home.ts";
import { drawCycle, drawScreen, type CycleWords } from "./pictures.ts";

// npx vitest run --project unit scripts/pictures.test.ts -u draws the pictures anew

const toFile = (language: string, name: string): string => join(ROOT, "docs", "pictures", `${name}.${language}.svg`);

const CYCLES: Readonly<Record<"en" | "ja", CycleWords>> = {
  en: {
    title: "The cycle of a mirror",
    places: ["CLOMO PANEL", "mirror", "upload file"],
    ways: ["export", "plan", "upload, then export again: is it done?"],
    commands: ["console sync", "users import --emit-csv"],
  },
  ja: {
    title: "ミラーの流れ",
    places: ["CLOMO PANEL", "ミラー", "アップロード用ファイル"],
    ways: ["エクスポート", "計画", "アップロードし、もう一度エクスポートして反映を確かめる"],
    commands: ["console sync", "users import --emit-csv"],
  },
};

const toList = (...rows: readonly string[]): string =>
  ["社員コード,氏名,メールアドレス,組織コード,役職", ...rows, ""].join("\r\n");

const FILES = {
  "staff.csv": toList(
    "E001,山田 太郎,taro@example.jp,S01,課長",
    "E002,髙橋 花子,hanako@example.jp,S01,",
    "E003,鈴木 四郎,shiro@example.jp,S02,",
  ),
  "list.csv": toList(
    "E001,山田 太郎,taro@example.jp,S01,部長",
    "E002,髙橋 花子,hanako@example.jp,S02,",
    "E004,田中 五郎,goro@example.jp,S02,",
  ),
  "wrong.csv": toList(
    "E001,山田 太郎,taro@example.jp,S09,部長",
    "E002,髙橋 花子,hanako@example,S02,",
    "E005,佐藤 次郎,taro@example.jp,S02,",
  ),
};

/** What the tenant of the pictures contains. */
const BEFORE = [
  "tenant set --ios yes --ade no --android no --windows no --secured-apps no",
  "orgs create 営業部 --code S01",
  "orgs create 総務部 --code S02",
  "users import staff.csv --yes",
  "renewals add 本社 --kind push-certificate --expires 2027-02-12",
];

const SCREENS = {
  plan: ["users import list.csv --mode replace --dry-run"],
  refused: ["users import wrong.csv"],
  morning: ["status", "renewals list"],
} as const;

test.each(["en", "ja"] as const)("the pictures show what the program shows (%s)", async (language) => {
  const home = freshHome();
  const type = (line: string, isTerminal: boolean) =>
    run([...line.split(" "), "--progress", "none"], {
      home,
      now: new Date("2027-02-01T08:30:00+09:00"),
      env: { CLOMOCTL_LANG: language, NO_COLOR: "1" },
      columns: 80,
      ...(isTerminal && { typing: [] }),
    });
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(home, name), content);
  for (const line of BEFORE) {
    const done = await type(line, false);
    expect(done.code, done.stderr).toBe(0);
  }
  for (const [name, lines] of Object.entries(SCREENS)) {
    const screens: string[] = [];
    for (const line of lines) screens.push(`$ clomoctl ${line}\n${(await type(line, true)).screen}`);
    const screen = screens.join("\n").replaceAll("\r", "");
    expect(screen).not.toContain("\u001B");
    await expect(drawScreen(`clomoctl ${lines[0]}`, screen)).toMatchFileSnapshot(toFile(language, name));
  }
  await expect(drawCycle(CYCLES[language])).toMatchFileSnapshot(toFile(language, "mirror"));
});
