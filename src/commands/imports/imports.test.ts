import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csv, freshDesk, parseResult, type Result } from "#support/cli/import-desk.ts";

describe("an import", () => {
  test("shows its plan on stderr and its result on stdout, and commits", async () => {
    const desk = await freshDesk();
    const { code, text, stderr } = await desk.run("users import people.csv --create-orgs --yes --format json");
    expect(code).toBe(0);
    const counts = { rows: 2, create: 2, unchanged: 0, orgsCreated: 2, newOrgs: ["S01", "S02"] };
    expect(JSON.parse(text)).toMatchObject({ number: "1", change: 1, tenant: "local", committed: true, ...counts });
    expect(stderr).toContain("plan for the local tenant");
    expect(stderr).toContain("+ 2 taro@example.com 山田 太郎");
  });

  test("with --dry-run into a missing tenant does not create it and leaves nothing behind", async () => {
    const desk = await freshDesk();
    const { code, stderr } = await desk.run("users import people.csv --create-orgs --dry-run");
    expect(code).toBe(0);
    expect(stderr).toContain("create 2");
    expect(existsSync(join(desk.home, "tenants"))).toBe(false);
    expect(await readdir(join(desk.home, "tmp"))).toEqual([]);
  });

  test("with --dry-run changes nothing and discards its plan, which --keep-plan keeps for commit", async () => {
    const desk = await freshDesk();
    expect((await desk.run("orgs create 本社")).code).toBe(0);
    expect((await desk.run("users import people.csv --create-orgs --dry-run")).code).toBe(0);
    expect(await desk.states()).toEqual(["discarded"]);
    const { text } = await desk.run("users import people.csv --create-orgs --dry-run --keep-plan --format json");
    const { importId } = JSON.parse(text) as Result;
    const committed = await desk.run(`imports commit ${importId} --yes --format json`);
    expect(parseResult(committed)).toMatchObject({ importId, committed: true });
    expect(await desk.users()).toContain("taro@example.com");
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
