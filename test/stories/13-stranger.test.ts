import { chmod, mkdir, readFile, symlink } from "node:fs/promises";
import { globSync } from "node:fs";
import { join } from "node:path";
import stringWidth from "string-width";
import { expect } from "vitest";
import { chance } from "./support/chance.ts";
import { fullStory, ROOT, story, withoutStyles, type Story } from "./support/story.ts";
import * as w from "./words.ts";

const LANGUAGES = ["en", "ja"] as const;
const JAPANESE = /[\u3041-\u30FF\u4E00-\u9FFF]/;

/** Characters that a terminal obeys, and those that turn the direction of text. */
const DANGEROUS = /(?!\n)[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/;

/** Returns all verbs and nouns from the generated documents: `users create`. */
async function allCommands(): Promise<readonly string[]> {
  const files = globSync(join(ROOT, "docs", "commands", "*.md")).filter((file) => !file.endsWith("README.md"));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return texts.flatMap((text) =>
    [...text.matchAll(/^(?:# clomoctl|##) ([a-z-]+(?: [a-z-]+)*)$/gm)].map((match) => match[1] ?? ""),
  );
}

/** Looks at the help of commands on a terminal of 80 × 24, in English and in Japanese. */
async function readHelp(s: Story, commands: readonly string[]): Promise<void> {
  for (const command of commands) {
    const screens: string[] = [];
    for (const lang of LANGUAGES) {
      const words = [...command.split(" ").filter((word) => word !== ""), ...w.help("--lang", lang)];
      const { code, screen } = await s.startOnTerminal(words).ended;
      const shown = withoutStyles(screen).trimEnd();
      const lines = shown.split("\r\n");
      const about = `${command} --lang ${lang}\n${shown}`;
      expect(code, about).toBe(0);
      expect.soft(lines.length, about).toBeLessThanOrEqual(24);
      expect.soft(Math.max(...lines.map((line) => stringWidth(line))), about).toBeLessThanOrEqual(80);
      screens.push(shown);
    }
    expect(JAPANESE.test(screens[1] ?? ""), screens[1]).toBe(true);
    expect(screens[1], command).not.toBe(screens[0]);
  }
}

story("help fits on 80 × 24 in both languages", async (s) => {
  const random = chance("commands");
  const commands = await allCommands();
  const some = Array.from({ length: 6 }, () => commands[Math.floor(random() * commands.length)] ?? "");
  await readHelp(s, ["", ...some]);
});

fullStory("the help of every command fits on 80 × 24 in both languages", async (s) => readHelp(s, await allCommands()));

/** What a stranger types, the exit code, and the word that the program must mention in both languages. */
const WRONG: readonly (readonly [string, number, string])[] = [
  ["user list", 2, "users"],
  ["users lst", 2, "list"],
  ["users list --serach x", 2, "--search"],
  ["users list --format jsn", 2, "json"],
  ["users list --limit many", 2, "--limit"],
  ["users list extra", 2, "extra"],
  ["users show", 2, "USER"],
  ["users show nobody", 6, "nobody"],
  ["users import missing.csv", 6, "missing.csv"],
];

story("wrong words are refused in three lines and both languages, and nothing is changed", async (s) => {
  for (const [line, code, word] of WRONG) {
    for (const lang of LANGUAGES) {
      const { stdout, stderr } = await s.run([...line.split(" "), "--lang", lang], { code });
      expect(stdout).toBe("");
      const shown = stderr.split("\n").filter((one) => one !== "" && !/ exit \d+$/.test(one));
      expect(shown.length, stderr).toBeLessThanOrEqual(3);
      expect(stderr).toContain(word);
      expect(JAPANESE.test(stderr), stderr).toBe(lang === "ja");
    }
  }
  const { stderr } = await s.run(w.users.show("nobody", "--format", "json"), { code: 6 });
  expect(JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ type: expect.any(String) });
  expect(await s.json(w.users.list())).toEqual([]);
});

const HEADER = "氏名,メールアドレス,社員コード\r\n";

/** Files that somebody sent, each with the exit codes that refuse it. */
const HOSTILE: Readonly<Record<string, string | Uint8Array>> = {
  "nul.csv": `${HEADER}a\0b,x@example.jp,1\r\n`,
  "escape.csv": `${HEADER}\u001B[31m赤\u001B]0;x\u0007,x@example.jp,1\r\n`,
  "bidi.csv": `${HEADER}山田\u202E太郎,x@example.jp,1\r\n`,
  "quotes.csv": `${HEADER}"山田,x@example.jp,1\r\n"佐藤,y@example.jp,2\r\n`,
  "bytes.csv": Buffer.concat([
    Buffer.from(HEADER),
    Buffer.from([0xff, 0xfe, 0xfa]),
    Buffer.from(",x@example.jp,1\r\n"),
  ]),
  "wide.csv": `${Array.from({ length: 5000 }, (_, at) => `列${at}`).join(",")}\r\n`,
  "long.csv": `${HEADER}${"あ".repeat(200_000)},x@example.jp,1\r\n`,
  "binary.csv": Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 251)),
  "broken.xlsx": Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(5000, 0x41)]),
  "names.csv": "__proto__,constructor,氏名\r\na,b,c\r\n",
  "\u001B[2J\n名.csv": `${HEADER}山田,xexample.jp,1\r\n`,
  "empty.csv": "",
};

story("hostile files are refused, none of their characters reach the terminal, and nothing is changed", async (s) => {
  for (const [name, content] of Object.entries(HOSTILE)) {
    await s.write(name, content);
    const lang = name.length % 2 === 0 ? "en" : "ja";
    const { stdout, stderr } = await s.run(w.users.import(name, "--yes", "--lang", lang), { code: 3 });
    expect(DANGEROUS.test(stdout + stderr), stderr).toBe(false);
    expect(stderr.length, "a long value is cut").toBeLessThan(5000);
  }
  for (const [name, target] of [
    ["loop", "loop"],
    ["endless", "/dev/zero"],
  ] as const) {
    await symlink(target, s.path(name));
    await s.run(w.users.import(name, "--yes"), { code: 2 });
  }
  await s.run(w.users.import("-rf.csv", "--yes"), { code: 2 });
  expect(await s.json(w.users.list())).toEqual([]);
});

story("a home that cannot be used is named, and nothing is changed", async (s) => {
  // a home below a file
  await s.write("file", "");
  const below = { CLOMOCTL_HOME: join(s.path("file"), "home") };
  for (const words of [w.users.list(), w.orgs.create("営業部")])
    expect((await s.run(words, { code: [2, 4], env: below, tried: false })).stderr).toContain(s.path("file"));
  expect(await s.read("file")).toHaveLength(0);
  // others can write to it
  await mkdir(s.home);
  await chmod(s.home, 0o777);
  expect(await s.json(w.orgs.list())).toHaveLength(1);
  expect((await s.run(w.orgs.create("営業部", "--code", "S1"), { code: 4 })).stderr).toContain(s.home);
  await chmod(s.home, 0o700);
  await s.run(w.orgs.create("営業部", "--code", "S1"));
  // nobody may enter it; the administrator of the computer always may
  if (process.geteuid?.() === 0) process.stderr.write("a closed home is not tried: root enters all folders\n");
  else {
    await chmod(s.home, 0o000);
    await s.run(w.orgs.create("総務部", "--code", "S2"), { code: 4, tried: false });
    await chmod(s.home, 0o700);
  }
  // the language changes sentences, never data
  const [english, japanese] = [
    await s.run(w.orgs.list("--format", "json", "--lang", "en")),
    await s.run(w.orgs.list("--format", "json", "--lang", "ja")),
  ];
  expect(japanese.bytes.equals(english.bytes)).toBe(true);
  const files = await Promise.all(
    LANGUAGES.map(async (lang) => (await s.run(w.orgs.export("-o", "-", "--encoding", "utf-8", "--lang", lang))).bytes),
  );
  expect(files[0]?.equals(files[1] ?? Buffer.alloc(0))).toBe(true);
});
