import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Tenant } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

/** A home whose context `kanto` has the usual time zone, Tokyo; its tenant exists, or not yet. */
async function homeWith(tenant: boolean): Promise<string> {
  const home = freshFolder();
  await run("context add kanto --embedded --language en", { home });
  if (tenant) {
    mkdirSync(join(home, "tenants", "kanto"), { recursive: true });
    writeFileSync(join(home, "tenants", "kanto", "tenant.db"), "");
  }
  return home;
}

/** A tenant whose data came from the console at that time. */
const mirrored = (at: string | null) => ({ tenant: example<Tenant>("tenant", { mirroredAt: at }) });

const age = async (line: string, circumstances: Parameters<typeof run>[1]): Promise<unknown> => {
  const { stdout } = await run(`${line} --format json`, circumstances);
  return (JSON.parse(stdout) as { readonly mirrorAgeDays: unknown }).mirrorAgeDays;
};

test("without a name, shows the context in use", async () => {
  const home = await homeWith(false);
  const shown = async (line: string): Promise<unknown> => {
    const { stdout } = await run(`${line} --format json --fields name,used,kind,language,timezone`, { home });
    return Object.values(JSON.parse(stdout) as object);
  };
  await run("context use local", { home });
  expect(await shown("context show")).toEqual(["local", true, "embedded", "ja", "Asia/Tokyo"]);
  expect(await shown("context show kanto")).toEqual(["kanto", false, "embedded", "en", "Asia/Tokyo"]);
  expect(await shown("context show --context kanto")).toEqual(["kanto", true, "embedded", "en", "Asia/Tokyo"]);
});

test("requires a name if no context is in use", async () => {
  const home = await homeWith(false);
  await run("context add kansai --embedded", { home });
  const { en, ja } = await runInBoth("context show", { home });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("error: no context is in use; existing contexts: kanto, kansai\n");
  expect(ja.stderr).toContain("使用中のコンテキストがありません。登録済み: kanto, kansai\n");
  expect(await run("context show kanto --fields used", { home })).toMatchObject({ exit: 0, stdout: "used\nfalse\n" });
});

test("asks the tenant of that context when its data came from the console", async () => {
  const home = await homeWith(true);
  const tenants = { kanto: mirrored("2026-11-18T14:59:00.000Z") };
  const { stdout, requests } = await run("context show kanto --format json", { home, tenants });
  expect(requests).toEqual([{ operation: "tenant" }]);
  expect(JSON.parse(stdout)).toMatchObject({ mirroredAt: "2026-11-18T14:59:00.000Z", mirrorAgeDays: 2 });
});

test("counts calendar days in the context's time zone or in --timezone", async () => {
  const home = await homeWith(true);
  const now = new Date("2026-11-20T14:59:59Z");
  const tenant = mirrored("2026-11-18T15:00:00.000Z");
  expect(await age("context show kanto", { home, now, tenant })).toBe(1);
  expect(await age("context show kanto --timezone UTC", { home, now, tenant })).toBe(2);
  expect(await age("context show kanto", { home, now, tenant: mirrored(now.toISOString()) })).toBe(0);
});

test("data that never came from the console has no age", async () => {
  const home = await homeWith(true);
  const { stdout } = await run("context show kanto --format json", { home, tenant: mirrored(null) });
  expect(JSON.parse(stdout)).toMatchObject({ mirroredAt: null, mirrorAgeDays: null });
});

test("does not ask a tenant that does not exist yet or that is on a server", async () => {
  const home = await homeWith(false);
  const tenant = new Failure("unexpected", { what: text("asked", "asked") });
  await run("context add head --url https://mdm.example.jp", { home });
  for (const name of ["kanto", "head"]) {
    const { exit, stdout, stderr } = await run(`context show ${name} --format json`, { home, tenant });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ name, mirroredAt: null, mirrorAgeDays: null });
  }
});

test("does not ask a tenant that is only an empty folder, because that would create it", async () => {
  const home = await homeWith(false);
  mkdirSync(join(home, "tenants", "kanto"), { recursive: true });
  const tenant = new Failure("unexpected", { what: text("asked", "asked") });
  const { en, ja } = await runInBoth("context show kanto --format json", { home, tenant });
  for (const { exit, stdout, stderr } of [en, ja]) {
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ mirroredAt: null, mirrorAgeDays: null });
  }
});

test("warns if a tenant cannot be asked, in both languages", async () => {
  const home = await homeWith(true);
  const tenant = new Failure("locked", { what: text("locked by 7", "7 が使用中") });
  const { en, ja } = await runInBoth("context show kanto --format ndjson --fields name,mirroredAt", { home, tenant });
  expect(en).toMatchObject({
    exit: 0,
    stdout: '{"name":"kanto","mirroredAt":null}\n',
    stderr: "warning: locked by 7\n",
  });
  expect(ja).toMatchObject({ exit: 0, stdout: en.stdout, stderr: "警告: 7 が使用中\n" });
});

test("does not hide an error that is not a failure of the tenant", async () => {
  const home = await homeWith(true);
  const tenant = async () => {
    throw new TypeError("boom");
  };
  const { exit, stdout, stderr } = await run("context show kanto", { home, tenant });
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(stderr).toContain("boom");
});

test("on a terminal, each field has a line in the chosen language", async () => {
  const home = await homeWith(true);
  const tenant = mirrored("2026-11-18T14:59:00.000Z");
  const { en, ja } = await runInBoth("context show kanto", { home, tenant, terminal: {} });
  expect(en.stdout).toMatch(
    /^name +kanto\n[^]+last update from the console +2026-11-18 23:59\ndays since last update +2\n$/,
  );
  expect(ja.stdout).toMatch(/^名前 +kanto\n[^]+管理画面からの最終取り込み +2026-11-18[^]+最終取り込みからの日数 +2\n$/);
});

test.each([
  ["context show kinki", 6, "kinki"],
  ["context show --context kinki", 6, "kinki"],
  ["context show kanto local", 2, "unexpected argument local"],
])("%s exits with %i", async (line, exit, told) => {
  const refused = await run(line, { home: await homeWith(false) });
  expect(refused).toMatchObject({ exit, stdout: "", requests: [] });
  expect(refused.stderr).toContain(told);
});
