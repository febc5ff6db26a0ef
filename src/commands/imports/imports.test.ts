import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csv, freshDesk, parseResult } from "#support/cli/import-desk.ts";

describe("an import", () => {
  test("with --dry-run into a missing tenant does not create it and leaves nothing behind", async () => {
    const desk = await freshDesk();
    const { code, stderr } = await desk.run("users import people.csv --create-orgs --dry-run");
    expect(code).toBe(0);
    expect(stderr).toContain("create 2");
    expect(existsSync(join(desk.home, "tenants"))).toBe(false);
    expect(await readdir(join(desk.home, "tmp"))).toEqual([]);
  });

  test("corrects keys, and keeps the spelling of the tenant if only blanks or width differ", async () => {
    const desk = await freshDesk();
    const header = "氏名,メールアドレス,社員コード,TEL";
    await desk.write("before.csv", csv([header, "山田　太郎,a@example.jp,0001,03-1", "二,b@example.jp,0002,"]));
    expect((await desk.run("users import before.csv --yes")).code).toBe(0);
    await desk.write("wide.csv", csv([header, "山田  太郎, ａ@example.jp,０００１,０３ー１"]));
    const mended = await desk.run("users import wide.csv --yes --format json");
    expect(mended.stderr).toContain('corrected: "␣ａ@example.jp" → "a@example.jp" and 2 more (B2)');
    expect(parseResult(mended)).toMatchObject({ create: 0, unchanged: 1 });
  });
});
