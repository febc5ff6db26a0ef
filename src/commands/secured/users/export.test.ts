import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { freshFolder, run } from "#support/commands/program.ts";

const CSV = "表示名,ユーザーID,説明\r\n髙橋,hanako01,\r\n";
const tenant = { exportSecuredUsers: CSV };

test("passes layout, newline and filters to the tenant", async () => {
  const line =
    "secured users export --app calendar --layout full --encoding utf-8 --newline lf --filter-name 髙 --filter-id ha";
  const { requests, stdout, stderr } = await run(line, { tenant });
  const query = { newline: "lf", filterName: "髙", filterId: "ha", layout: "full" };
  expect(requests).toEqual([{ operation: "exportSecuredUsers", params: { app: "calendar" }, query }]);
  expect({ stdout, stderr }).toEqual({ stdout: CSV, stderr: "" });
});

describe("facts 6.1: exports and imports Shift-JIS and UTF-8 with CRLF, LF and CR", () => {
  const docs = openForAllTests();
  beforeAll(() =>
    docs.import({ kind: "docs", createGroups: true }, [
      ["表示名", "ユーザーID", "パスワード", "説明", "グループ名"],
      ["髙橋 花子", "hanako", "Invented1", "ソ、能\n二行目", "営業"],
      ["太郎", "taro", "Invented1", "", ""],
    ]),
  );

  const NEWLINES = { crlf: "\r\n", lf: "\n", cr: "\r" } as const;

  test.each(
    ["shift_jis", "utf-8"].flatMap((encoding) =>
      Object.entries(NEWLINES).map(([name, newline]) => [encoding, name, newline] as const),
    ),
  )("%s with %s", async (encoding, name, newline) => {
    const folder = freshFolder();
    const at = { tenant: docs.fetch, folder };
    const line = "secured users export --app docs --layout full -o users.csv";
    expect(await run(`${line} --encoding ${encoding} --newline ${name}`, at)).toMatchObject({ exit: 0 });
    const bytes = readFileSync(join(folder, "users.csv"));
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    expect(text).toMatch(new RegExp(`^表示名,ユーザーID,.*${newline}髙橋 花子,hanako,`));
    expect(text.endsWith(newline)).toBe(true);
    const told = await run("secured users import users.csv --app docs --dry-run --format json", at);
    expect(told).toMatchObject({ exit: 0 });
    expect(JSON.parse(told.stdout)).toMatchObject({ rows: 2, create: 0, update: 0, unchanged: 2, invalid: 0 });
  });
});
