import { describe, expect, test } from "vitest";
import type { CustomField } from "../../lib/client/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { NAMED_OPERATIONS } from "#support/tenant/route-requests.ts";
import { changesTenant, type AnyOperation } from "../../lib/tenant/subjects/operation.ts";

const ADD = "users fields add 入社年度";
const tenant = { addField: example<CustomField>("addField") };
const ASKED = [{ operation: "addField", json: { name: "入社年度" } }];

async function homeOf(...words: readonly string[]): Promise<string> {
  const home = freshFolder();
  for (const [at, added] of words.entries()) {
    await run(`context add ${added}${at === 0 ? " --use" : ""}`, { home });
  }
  return home;
}

test("every operation except GET changes the tenant, apart from plans, jobs, reminders, access tokens and signing in", () => {
  const namesOf = (is: (one: AnyOperation) => boolean) =>
    NAMED_OPERATIONS.flatMap(({ name, one }) => (is(one) ? [name] : [])).toSorted();
  expect(namesOf((one) => !one.route.startsWith("GET ") && !changesTenant(one))).toEqual([
    "access-tokens.create",
    "access-tokens.revoke",
    "exports.create",
    "exports.record",
    "imports.create",
    "imports.delete",
    "imports.discard",
    "imports.dropTasks",
    "imports.select",
    "imports.undo",
    "imports.upload",
    "jobs.add",
    "jobs.forget",
    "leavers.dependents",
    "renewals.claimNotice",
    "renewals.settleNotice",
    "sessions.create",
    "sessions.end",
    "sessions.requestResetCode",
    "sessions.resetPassword",
  ]);
  expect(namesOf((one) => one.route.startsWith("GET ") && changesTenant(one))).toEqual([]);
});

describe("with several contexts", () => {
  test("without a terminal, a change must name a context, and what to add is shown", async () => {
    const home = await homeOf("kanto --embedded", "osaka --embedded");
    const { en, ja } = await runInBoth(ADD, { home, tenant: {} });
    expect(en).toMatchObject({ exit: 2, stdout: "", requests: [] });
    expect(en.stderr).toBe(
      "error: there are several contexts (kanto, osaka): to change something without a terminal, specify the context\n" +
        "  to use kanto, add --context kanto or set CLOMOCTL_CONTEXT=kanto\n",
    );
    expect(ja).toMatchObject({ exit: 2, requests: [] });
    expect(ja.stderr).toContain(
      "kanto でよければ、--context kanto を付けるか CLOMOCTL_CONTEXT=kanto を設定してください",
    );
    expect(await run(`${ADD} --no-input`, { home, tenant: {}, terminal: {} })).toMatchObject({ exit: 2 });
    expect(await run(`${ADD} --context osaka`, { home, tenant })).toMatchObject({ exit: 0, requests: ASKED });
    const environment = { CLOMOCTL_CONTEXT: "osaka" };
    expect(await run(ADD, { home, tenant, environment })).toMatchObject({ exit: 0, requests: ASKED });
  });

  test("reading needs no name, nor does a change if there is only one context", async () => {
    const home = await homeOf("kanto --embedded", "osaka --embedded");
    expect(await run("users fields list", { home, tenant: { fields: { items: [] } } })).toMatchObject({ exit: 0 });
    expect(await run(ADD, { home: await homeOf("kanto --embedded"), tenant })).toMatchObject({ exit: 0 });
  });

  test("on a terminal, each command names its tenant", async () => {
    const home = await homeOf("kanto --embedded", "osaka --embedded");
    const { en, ja } = await runInBoth(ADD, { home, tenant, terminal: {} });
    expect(en).toMatchObject({ exit: 0, stderr: "tenant: kanto\n", requests: ASKED });
    expect(ja).toMatchObject({ exit: 0, stderr: "テナント: kanto\n" });
    expect((await run(`${ADD} --quiet`, { home, tenant, terminal: {} })).stderr).toBe("");
    expect((await run(ADD, { home: await homeOf("kanto --embedded"), tenant, terminal: {} })).stderr).toBe("");
  });
});

describe("a protected context", () => {
  const kanto = () => homeOf("kanto --embedded --protected");

  test("requires its name to be typed before a change", async () => {
    const home = await kanto();
    const question = "kanto is protected. Type its name to confirm the change:";
    const typed = await run(ADD, { home, tenant, terminal: { typing: [[question, "kanto\r"]] } });
    expect(typed).toMatchObject({ exit: 0, requests: ASKED });
    const other = await run(ADD, { home, tenant: {}, terminal: { typing: [[question, "osaka\r"]] } });
    expect(other).toMatchObject({ exit: 3, requests: [] });
    expect(other.stderr).toContain('the context is kanto, not "osaka"; nothing was changed');
    const ja = await run(`${ADD} --lang ja`, {
      home,
      tenant,
      terminal: { typing: [["kanto は保護されています。変更するには名前を入力してください:", "kanto\r"]] },
    });
    expect(ja.exit).toBe(0);
  });

  test("or in --confirm-context, which is named without a terminal, because --yes is not enough", async () => {
    const home = await kanto();
    const { en, ja } = await runInBoth(`${ADD} --yes`, { home, tenant: {} });
    expect(en).toMatchObject({ exit: 2, requests: [] });
    expect(en.stderr).toContain("  pass --confirm-context kanto\n");
    expect(ja.stderr).toContain("kanto は保護されています。");
    expect(await run(`${ADD} --confirm-context KANTO`, { home, tenant })).toMatchObject({ exit: 0, requests: ASKED });
    const wrong = await runInBoth(`${ADD} --confirm-context osaka`, { home, tenant: {} });
    expect(wrong.en).toMatchObject({ exit: 3, requests: [] });
    expect(wrong.ja.stderr).toContain("コンテキストは kanto で、「osaka」ではありません。何も変更していません");
  });

  test("does not require its name for a dry run", async () => {
    const createOrg = { ...example<object>("createOrg"), dryRun: true };
    const tried = await run("orgs create 営業部 --dry-run", { home: await kanto(), tenant: { createOrg } });
    expect(tried).toMatchObject({ exit: 0 });
    const done = await run("orgs create 営業部", { home: await kanto(), tenant: {} });
    expect(done).toMatchObject({ exit: 2, stdout: "", requests: [] });
  });

  test("is checked against --confirm-context even if it is not protected", async () => {
    const home = await homeOf("kanto --embedded");
    expect(await run(`${ADD} --confirm-context osaka`, { home, tenant: {} })).toMatchObject({ exit: 3 });
  });
});
