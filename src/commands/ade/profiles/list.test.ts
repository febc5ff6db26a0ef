import { expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { ADE, PROFILE } from "#support/commands/ade/profiles.ts";

const tenant = { ade: ADE, adeProfiles: { items: [PROFILE] } };

test("profiles are listed in the person's language, and what stands at the other end is told", async () => {
  const { en, ja } = await inBoth("ade profiles list --format table", { tenant, terminal: { columns: 200 } });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "ade" }, { operation: "adeProfiles" }] });
  expect(en.stdout).toMatch(/^name +supervised +state +devices +automatic for\n本社 +yes +active +10 +全社\n/);
  expect(ja.stdout).toMatch(/^プロファイル名 +監視対象モード .+\n本社 +設定する +有効 +10 +全社\n/);
  expect(en.stderr).toContain("endpoint: SIMULATOR http://127.0.0.1:8080");
});

test("programs get every field, in English words", async () => {
  const { stdout } = await run("ade profiles list --format json", { tenant });
  expect(JSON.parse(stdout)).toEqual([PROFILE]);
  const named = await run("ade profiles list --fields name,skipItems", { tenant });
  expect(named.stdout).toBe('name\tskipItems\n本社\t["Siri","AppleID"]\n');
});

test("what the tenant refuses is told in both languages", async () => {
  const locked = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" } });
  const { en, ja } = await inBoth("ade profiles list", { tenant: { ade: locked } });
  expect(en).toMatchObject({ exit: 5, stderr: "error: locked by 7\n" });
  expect(ja).toMatchObject({ exit: 5, stderr: "エラー: 7 が使用中\n" });
});
