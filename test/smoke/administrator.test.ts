import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { freshHome, run } from "#support/process/program.ts";

/** A user list as a Japanese Excel writes it. */
const list = (...rows: readonly string[]): Buffer =>
  iconv.encode(["氏名,メールアドレス,組織コード,社員コード", ...rows, ""].join("\r\n"), "cp932");

const SATO = "佐藤 一郎,ichiro@example.jp,S01,0001";
const TAKAHASHI = "髙橋 花子,hanako@example.jp,S01,0002";
const TANAKA = "田中 ①郎,maruichi@example.jp,S02,0003";

test.each([
  { lang: "ja", reason: "空にできません" },
  { lang: "en", reason: "must not be blank" },
])(
  "an administrator imports a list, corrects and replaces it, and undoes that ($lang)",
  LONG_TIMEOUT,
  async ({ lang, reason }) => {
    const home = await freshHome();
    const clomoctl = (line: string) => run([...line.split(" "), "--lang", lang], { home, cwd: home });
    const addresses = async (): Promise<readonly string[]> => {
      const { text } = await clomoctl("users list --format json --fields emails");
      const users = JSON.parse(text) as readonly { readonly emails: readonly string[] }[];
      return users.map(({ emails }) => emails[0] ?? "").toSorted();
    };

    await writeFile(join(home, "list.csv"), list(SATO, "髙橋 花子,,S01,0002", TANAKA));
    const refused = await clomoctl("users import list.csv --create-orgs --yes");
    expect(refused).toMatchObject({ code: 3, text: "", stderr: expect.stringContaining("list.csv:3:") });
    expect(refused.stderr).toContain(reason);
    expect(await addresses()).toEqual([]);

    const whole = list(SATO, TAKAHASHI, TANAKA);
    await writeFile(join(home, "list.csv"), whole);
    expect(await clomoctl("users import list.csv --create-orgs --yes")).toMatchObject({ code: 0 });
    const again = await clomoctl("users import list.csv --create-orgs --yes --format json");
    expect(JSON.parse(again.text)).toMatchObject({ create: 0, update: 0, delete: 0, unchanged: 3 });

    expect(await clomoctl("users export -o all.csv --encoding shift_jis")).toMatchObject({ code: 0 });
    const exported = await readFile(join(home, "all.csv"));
    expect(iconv.decode(exported, "cp932")).toMatch(/髙橋 花子[^]*田中 ①郎/);

    await writeFile(join(home, "list.csv"), list(SATO, TANAKA));
    const replace = "users import list.csv --mode replace --yes";
    expect(await clomoctl(replace)).toMatchObject({ code: 3 });
    expect(await clomoctl(`${replace} --max-deletions 0`)).toMatchObject({ code: 10 });
    expect(await clomoctl(`${replace} --confirm-deletions 1`)).toMatchObject({ code: 0 });
    expect(await addresses()).toEqual(["ichiro@example.jp", "maruichi@example.jp"]);
    expect(await clomoctl("undo last --yes")).toMatchObject({ code: 0 });
    expect(await addresses()).toEqual(["hanako@example.jp", "ichiro@example.jp", "maruichi@example.jp"]);
    expect(await clomoctl("users export -o again.csv --encoding shift_jis")).toMatchObject({ code: 0 });
    expect(await readFile(join(home, "again.csv"))).toEqual(exported);
    expect(await clomoctl("audit verify")).toMatchObject({ code: 0 });
  },
);
