import { readFile, stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { csv, freshDesk, HEADER, parseResult } from "#support/cli/import-desk.ts";

describe("invalid rows", () => {
  const BAD = [
    HEADER,
    "山田 太郎,taro@example.com,,",
    "佐藤 花子,nobody@,,=cmd|calc",
    ",x@example.com,,",
    "髙橋 ①,ichi@example.com,,",
  ];

  test("are written unchanged by --errors with a guarded reason, and can be imported once corrected", async () => {
    const desk = await freshDesk(BAD);
    await desk.run("users import people.csv --errors errors.csv");
    const errors = await readFile(desk.path("errors.csv"), "utf8");
    expect(errors).toBe(
      csv([
        `\ufeff${HEADER},clomoctl:理由`,
        '佐藤 花子,nobody@,,=cmd|calc,"row 3: メールアドレス: not an email address: ""nobody@"""',
        ",x@example.com,,,row 4: 氏名: must not be blank",
      ]),
    );
    expect((await stat(desk.path("errors.csv"))).mode & 0o777).toBe(0o600);
    await desk.write("errors.csv", errors.replace("nobody@", "hanako@example.com").replace(",x@", "匿名,x@"));
    const mended = await desk.run("users import errors.csv --yes --format json --errors again.csv");
    expect(parseResult(mended)).toMatchObject({ create: 2, committed: true });
    expect(mended.stderr).toContain("no invalid rows: again.csv was not written");
  });

  test("that may belong to a record to be deleted are not skipped, and the reason is shown", async () => {
    const desk = await freshDesk();
    await desk.run("users import people.csv --create-orgs --yes");
    await desk.write("bad.csv", csv([HEADER, "山田 太郎,taro@example.com,,", "佐藤 花子,hanako@,,"]));
    const { stderr, code } = await desk.run(
      "users import bad.csv --mode replace --skip-invalid --blank clear --confirm-deletions 1",
    );
    expect(code).toBe(3);
    expect(stderr).toContain("invalid rows cannot be skipped in an import that deletes");
  });
});
