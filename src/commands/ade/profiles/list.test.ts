import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { SIMULATED_ADE, PROFILE } from "#support/commands/ade/profiles.ts";

const tenant = { ade: SIMULATED_ADE, adeProfiles: { items: [PROFILE] } };

test("lists profiles in the chosen language and reports the endpoint", async () => {
  const { en, ja } = await runInBoth("ade profiles list --format table", { tenant, terminal: { columns: 200 } });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "ade" }, { operation: "adeProfiles" }] });
  expect(en.stdout).toMatch(/^name +supervised +state +devices +auto-applied to\n本社 +yes +active +10 +全社\n/);
  expect(ja.stdout).toMatch(/^プロファイル名 +監視対象モード .+\n本社 +設定する +有効 +10 +全社\n/);
  expect(en.stderr).toContain("endpoint: SIMULATOR http://127.0.0.1:8080");
});

test("programs get every field, in English", async () => {
  const { stdout } = await run("ade profiles list --format json", { tenant });
  expect(JSON.parse(stdout)).toEqual([PROFILE]);
  const named = await run("ade profiles list --fields name,skipItems", { tenant });
  expect(named.stdout).toBe('name\tskipItems\n本社\t["Siri","AppleID"]\n');
});
