import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/**
 * Writes a home as another commit leaves it, and what that commit says of it: `story.json` beside `home/`. Run once a
 * commit whose tenants must stay readable; the result is committed.
 *
 *     node scripts/old-home.ts --root FOLDER test/fixtures/home-COMMIT
 *
 * FOLDER is a built checkout of the commit. Everybody in the home is invented.
 */
const { values, positionals } = parseArgs({ options: { root: { type: "string" } }, allowPositionals: true });
const [target] = positionals;
if (values.root === undefined || target === undefined) throw new TypeError("usage: --root FOLDER TARGET");
const root = resolve(values.root);
const out = resolve(target);

const HEADER = "氏名,フリガナ,メールアドレス,組織コード,役職,社員コード,CLOMOアカウント名,CLOMOアカウントパスワード";
const FILES: Readonly<Record<string, readonly string[]>> = {
  "first.csv": [
    HEADER,
    "髙橋 圭,タカハシ ケイ,kei.takahashi@example.jp,S01,主任,A0001,takahashi,Invented-0001",
    "山﨑 花子,ヤマザキ ハナコ,hanako.yamazaki@example.jp,S02,①係,A0002,yamazaki,",
    "表 太郎,オモテ タロウ,taro.omote@example.jp,,,A0003,,",
    "山田 空,ヤマダ ソラ,sora.yamada@example.jp,S01,,A0004,,",
  ],
  "second.csv": [
    HEADER,
    "髙橋 圭,タカハシ ケイ,kei.takahashi@example.jp,S02,部長,A0001,takahashi,",
    "新井 新,アライ アラタ,arata.arai@example.jp,S02,,A0005,arai,Invented-0005",
  ],
  "undone.csv": [HEADER, "能 一,ノウ ハジメ,hajime.nou@example.jp,S01,,A0006,,"],
  "dropped.csv": [HEADER, "辻 二郎,ツジ ジロウ,jiro.tsuji@example.jp,S01,,A0007,,"],
  "planned.csv": [
    HEADER,
    "表 太郎,オモテ タロウ,taro.omote@example.jp,S01,課長,A0003,omote,Invented-0003",
    "葛󠄀城 三郎,カツラギ サブロウ,saburo.katsuragi@example.jp,S02,,A0008,,",
  ],
  "console.csv": [HEADER, "山田 空,ヤマダ ソラ,sora.yamada@example.jp,S02,係長,A0004,,"],
  "docs.csv": ["表示名,ユーザーID,パスワード,グループ名", "髙橋 圭,takahashi,Invented11,営業"],
};

const NOTIFY = ["recipients:", "  - name: ticket", "    way: command", '    command: ["true"]'];

/** What both programs must say alike. */
const QUESTIONS = [
  "users list --format json",
  "orgs list --format json",
  "secured users list --app docs --format json",
  "secured groups list --app docs --format json",
  "imports list --format json",
  "renewals list --format json",
  "users export --encoding utf-8 -o -",
  "orgs export --encoding utf-8 -o -",
  "context list --format json --fields name,used,kind,timezone",
];

const work = mkdtempSync(join(tmpdir(), "old-home-"));

function ask(home: string, line: string, allowed: readonly number[] = [0]): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(root, "bin", "clomoctl.js"), ...line.split(" ")],
    {
      cwd: work,
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", HOME: work, LANG: "C", CLOMOCTL_HOME: home },
    },
  );
  if (!allowed.includes(status ?? -1)) throw new Error(`${line} ended with ${status}: ${stderr}`);
  return stdout;
}

interface Import {
  readonly id: string;
  readonly state: string;
}

const imports = (home: string): readonly Import[] => JSON.parse(ask(home, "imports list --format json")) as Import[];
const idOf = (home: string, state: string): string => {
  const [found, ...others] = imports(home).filter((one) => one.state === state);
  if (found === undefined || others.length > 0) throw new Error(`not one import is ${state}`);
  return found.id;
};

/** What a copy of the home says after one more command. */
function after(home: string, line: string, question: string): { readonly line: string; readonly said: string } {
  const copy = `${home}-after`;
  cpSync(home, copy, { recursive: true });
  ask(copy, line);
  const said = ask(copy, question);
  rmSync(copy, { recursive: true });
  return { line, said };
}

function story(home: string): Readonly<Record<string, unknown>> {
  for (const [name, lines] of Object.entries(FILES))
    writeFileSync(join(work, name), lines.map((line) => `${line}\n`).join(""));
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(join(home, "notify.yaml"), NOTIFY.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  ask(home, "context add kanto --url https://mdm.example.jp --timezone Asia/Tokyo");
  ask(home, "users import first.csv --create-orgs --yes");
  ask(home, "secured users import docs.csv --app docs --create-groups --yes");
  const before = imports(home).map(({ id }) => id);
  ask(home, "users import second.csv --yes");
  const second = imports(home).find(({ id }) => !before.includes(id))?.id ?? "";
  ask(home, "users import undone.csv --yes");
  const undone = imports(home).find(({ id }) => id !== second && !before.includes(id))?.id ?? "";
  ask(home, `imports revert ${undone} --yes --confirm-deletions 1`);
  ask(home, "users import dropped.csv --dry-run --keep-plan");
  ask(home, `imports discard ${idOf(home, "planned")} --yes`);
  ask(home, "renewals add push --kind push-certificate --expires 2026-12-01 --owner it@example.jp");
  ask(home, "renewals add owner --kind android-owner --last-login 2026-10-01 --account owner@example.jp");
  ask(home, "renewals add 本社 --kind ade-token --expires 2027-09-30 --organisation 本社");
  ask(home, "renewals add contract --kind custom --notes 契約");
  ask(home, "renewals confirm owner --by 髙橋 --at 2026-11-02");
  ask(home, "renewals notify", [0, 7]);
  ask(home, "users import console.csv --emit-csv upload.csv --yes");
  ask(home, "users import planned.csv --dry-run --keep-plan");
  const listing = "users list --format json --fields emails,name,orgCode,title,accountName";
  return {
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim(),
    madeAt: new Date().toISOString(),
    said: Object.fromEntries(QUESTIONS.map((line) => [line, ask(home, line)])),
    listing,
    after: [
      after(home, `imports commit ${idOf(home, "planned")} --yes`, listing),
      after(home, `imports revert ${second} --yes --confirm-deletions 1`, listing),
      after(home, `imports discard ${idOf(home, "awaiting-console")} --yes`, listing),
    ],
  };
}

try {
  const home = join(work, "home");
  const told = story(home);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  cpSync(home, join(out, "home"), { recursive: true });
  for (const folder of ["tmp", "cache"]) rmSync(join(out, "home", folder), { recursive: true, force: true });
  writeFileSync(join(out, "story.json"), `${JSON.stringify(told, undefined, 2)}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
