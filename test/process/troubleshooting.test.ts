import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { freshHome, ROOT, run, type Outcome } from "#support/cli/home.ts";
import { startListening } from "#support/process/simulator.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { createDiskFailure } from "../../src/lib/errors/index.ts";

const toUsers = (...rows: readonly string[]): string => ["氏名,メールアドレス", ...rows, ""].join("\r\n");

const drawUsers = (domain: string): string =>
  toUsers(...Array.from({ length: 30 }, (_, at) => `社員 ${at},e${at}@${domain}`));

const TARO = toUsers("山田 太郎,taro@example.jp");

const NOTIFY = `smtp: { host: 127.0.0.1, port: 9, security: none, from: CLOMO <renewals@example.jp> }
recipients: [{ name: it, way: mail, address: it@example.jp }]
`;

interface Case {
  readonly files?: Readonly<Record<string, string>>;
  /** command lines before the one that fails, which must succeed */
  readonly before?: readonly string[];
  readonly prepare?: (home: string) => Promise<void> | void;
  readonly line: string;
  readonly code: number;
}

const CASES: Readonly<Record<string, Case>> = {
  encoding: { files: { "a.csv": TARO }, line: "csv check a.csv --as users --encoding shift_jis", code: 3 },
  unmappable: {
    files: { "a.csv": toUsers("𠮷田 三郎,saburo@example.jp") },
    before: ["users import a.csv --yes"],
    line: "users export -o out.csv --encoding shift_jis",
    code: 3,
  },
  "invalid-rows": { files: { "a.csv": toUsers("山田 太郎,taro") }, line: "users import a.csv --yes", code: 3 },
  "unknown-column": { files: { "a.csv": "氏名,メールアドレス,謎\r\n" }, line: "users import a.csv --yes", code: 3 },
  exists: { files: { "a.csv": TARO }, line: "users export -o a.csv", code: 2 },
  "console-columns": {
    files: { "a.csv": "氏名,メールアドレス,謎\r\n山田 太郎,taro@example.jp,x\r\n" },
    line: "console sync a.csv --yes",
    code: 3,
  },
  "other-tenant": {
    files: { "a.csv": drawUsers("example.jp"), "b.csv": drawUsers("other.example") },
    before: ["users import a.csv --yes"],
    line: "users import b.csv --mode replace --yes",
    code: 3,
  },
  "other-export": {
    files: { "a.csv": drawUsers("example.jp"), "b.csv": drawUsers("other.example") },
    before: ["console sync a.csv --yes"],
    line: "console sync b.csv --yes",
    code: 3,
  },
  administrators: {
    files: { "a.csv": drawUsers("example.jp"), "b.csv": toUsers("社員 0,e0@example.jp") },
    before: ["console sync a.csv --yes"],
    line: "users import b.csv --mode replace --yes",
    code: 3,
  },
  "several-contexts": {
    before: ["context add kanto --embedded --use", "context add kansai --embedded"],
    line: "orgs create 営業部",
    code: 2,
  },
  "no-terminal": {
    files: { "a.csv": drawUsers("example.jp"), "b.csv": toUsers("社員 0,e0@example.jp") },
    before: ["users import a.csv --yes"],
    line: "users import b.csv --mode replace --yes",
    code: 3,
  },
  limit: {
    files: { "a.csv": drawUsers("example.jp"), "b.csv": toUsers("社員 0,e0@example.jp") },
    before: ["users import a.csv --yes"],
    line: "users import b.csv --mode replace --yes --max-deletions 5",
    code: 10,
  },
  locked: {
    before: ["orgs create 営業部"],
    prepare: (home) => {
      const other = new DatabaseSync(join(home, "tenants/local/tenant.db"));
      onTestFinished(() => other.close());
      other.exec("begin immediate");
    },
    line: "orgs create 総務部",
    code: 5,
  },
  certificate: {
    files: {
      "old.vpptoken": createVppToken(new Date("2099-03-01"), "本社"),
      "new.vpptoken": createVppToken(new Date("2099-04-01"), "支社"),
    },
    line: "renewals verify --current old.vpptoken --new new.vpptoken",
    code: 3,
  },
  "sealing-key": {
    before: ["ade endpoint set --apple", "ade keypair create -o key.pem"],
    prepare: (home) => rename(join(home, "sealing.key"), join(home, "lost.key")),
    line: "ade keypair create -o key.pem --overwrite",
    code: 3,
  },
  "mail-server": {
    files: { "notify.yaml": NOTIFY },
    before: ["renewals add 契約 --kind custom --expires 2099-03-31"],
    line: "renewals notify test",
    code: 7,
  },
  password: {
    files: { "password.txt": "Aa1-long-enough", "wrong.txt": "Aa1-but-not-this" },
    before: ["serve init --account admin@example.jp --password-file password.txt"],
    prepare: async (home) => {
      const { url } = await startListening(home, ["serve", "--listen", "127.0.0.1:0"]);
      const added = await run(["context", "add", "office", "--url", url, "--use"], { home });
      expect(added.code, added.stderr).toBe(0);
    },
    line: "login --account admin@example.jp --password-file wrong.txt",
    code: 4,
  },
  newer: {
    before: ["orgs create 営業部"],
    prepare: (home) => {
      using database = new DatabaseSync(join(home, "tenants/local/tenant.db"));
      database.exec("pragma user_version = 9999");
    },
    line: "orgs list",
    code: 7,
  },
};

/** A full disk cannot be made without root: its message is made by the function that every write uses. */
const FULL_DISK = createDiskFailure("ENOSPC", "a.csv");

/** The messages of a page, by case. `…` in a message stands for what differs. */
const readMessages = (language: "en" | "ja"): ReadonlyMap<string, RegExp> => {
  const page = readFileSync(join(ROOT, "docs", `troubleshooting.${language}.md`), "utf8");
  const headings = page.matchAll(/^### `(.+)`\n\n<!-- case: ([\w-]+) -->$/gm);
  const toPattern = (message: string): RegExp =>
    new RegExp(message.replaceAll(/[$()*+.?[\]\\^{|}]/g, String.raw`\$&`).replaceAll("…", ".+"));
  return new Map([...headings].map(([, message = "", id = ""]) => [id, toPattern(message)]));
};

const MESSAGES = { en: readMessages("en"), ja: readMessages("ja") };

test("both pages have the same messages in the same order", () => {
  const ids = [...MESSAGES.ja.keys()];
  expect([...MESSAGES.en.keys()]).toEqual(ids);
  expect(ids.toSorted()).toEqual([...Object.keys(CASES), "disk"].toSorted());
});

test.each(["en", "ja"] as const)("a full disk is on the page of symptoms (%s)", (language) => {
  expect(FULL_DISK?.what[language]).toMatch(MESSAGES[language].get("disk") ?? "");
});

test.each(Object.entries(CASES))("the message is on the page of symptoms: %s", LONG_TIMEOUT, async (id, given) => {
  const home = freshHome();
  const type = (line: string, language = "en"): Promise<Outcome> =>
    run(line.split(" "), { home, cwd: home, env: { CLOMOCTL_LANG: language } });
  for (const [name, content] of Object.entries(given.files ?? {}))
    await writeFile(join(home, name), content, { mode: 0o600 });
  for (const line of given.before ?? []) {
    const done = await type(line);
    expect(done.code, done.stderr).toBe(0);
  }
  await given.prepare?.(home);
  for (const language of ["en", "ja"] as const) {
    const failed = await type(given.line, language);
    expect(failed.code, failed.stderr).toBe(given.code);
    expect(failed.stderr + failed.text).toMatch(MESSAGES[language].get(id) ?? "");
  }
});
