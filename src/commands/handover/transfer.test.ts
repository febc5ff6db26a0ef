import { expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  const taro = await addTestAccount(tenant, { name: "taro", role: "system" });
  await addTestAccount(tenant, { name: "hanako", role: "operator" });
  await tenant.client.accounts.edit(taro, { supportOption: true, noticeMail: true });
  await tenant.client.renewals.add({ kind: "vpp-token", name: "VPP 本社", owner: "taro@accounts.example" });
});

const here = (more: Circumstances = {}): Circumstances => ({ tenant: tenant.fetch, home: freshFolder(), ...more });

const LINE = "handover transfer --from taro --to hanako@accounts.example";

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

const stateOf = async () => ({
  accounts: await Array.fromAsync(tenant.client.accounts.list({})),
  renewals: await tenant.client.renewals.list(),
  answers: await tenant.client.answers.list(),
  audit: readAuditLog(tenant.database),
});

test("transfers rights and owners in one change, then names the list of what people hand over", async () => {
  const scene = here();
  const { exit, stdout, stderr } = await run(`${LINE} --yes --format json`, scene);
  expect(exit).toBe(0);
  const rows = JSON.parse(stdout) as Row[];
  expect(rows.map(({ kind, name, before, after }) => [kind, name, before, after])).toEqual([
    ["account", "hanako (hanako)", "operator", "system administrator, support option, notice emails"],
    ["account", "taro (taro)", "system administrator, support option, notice emails", "system administrator"],
    ["renewal", "VPP 本社", "taro@accounts.example", "hanako@accounts.example"],
  ]);
  expect(stderr).toContain("clomoctl handover checklist --leaver taro\n");
  expect((await tenant.client.renewals.list())[0]?.owner).toBe("hanako@accounts.example");
  const again = await runInBoth(`${LINE} --yes`, scene);
  expect(again.en).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining("taro has nothing that clomoctl can transfer"),
  });
});

test("both people must be named", async () => {
  for (const [line, missing] of [
    ["--to hanako", "--from"],
    ["--from taro", "--to"],
  ])
    expect(await run(`handover transfer ${line}`, here())).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(`the option ${missing} PERSON is missing`),
    });
});

test("a dry run shows the same and changes nothing", async () => {
  const before = await stateOf();
  const { en, ja } = await runInBoth(`${LINE} --dry-run`, here({ terminal: { columns: 80 } }));
  expect(en).toMatchObject({ exit: 0, stderr: expect.stringContaining("dry run") });
  for (const word of ["オペレーター", "サポートオプション"]) expect(ja.stdout.replaceAll(/\s+/g, "")).toContain(word);
  expect(await stateOf()).toEqual(before);
});

test("asks first, the answer no changes nothing, and without a terminal --yes is named", async () => {
  const before = await stateOf();
  const scene = here({ terminal: { typing: [["Apply to the local tenant: update 3?", "n\r"]] } });
  const refused = await run(LINE, scene);
  expect(refused).toMatchObject({ exit: 0, stderr: expect.stringContaining("nothing was changed") });
  expect(refused.stderr).toContain("plan for the local tenant: transfer the responsibilities of taro to hanako");
  const silent = await run(LINE, here());
  expect(silent).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("--yes") });
  expect(await stateOf()).toEqual(before);
  const yes = here({ terminal: { typing: [["Apply to the local tenant: ", "y\r"]] } });
  expect(await run(LINE, yes)).toMatchObject({ exit: 0 });
});

test("without a terminal, names the context, shows the plan, and writes the summary line", async () => {
  const home = freshFolder();
  for (const name of ["kanto", "osaka"]) await run(`context add ${name} --embedded --protected`, { home });
  await run("context use kanto", { home });
  const unnamed = await run(LINE, here({ home }));
  expect(unnamed).toMatchObject({ exit: 2, stdout: "" });
  expect(unnamed.stderr).toContain("--context kanto or set CLOMOCTL_CONTEXT=kanto");
  expect(unnamed.summary).toMatch(/ - handover transfer: \+0 ~0 -0 exit 2$/);
  const { en } = await runInBoth(LINE, here());
  expect(en.stderr).toContain("  account hanako (hanako): operator → system administrator, support option");
  expect(en.stderr).not.toContain("… and");
  expect(en.summary).toMatch(/ local handover transfer: \+0 ~3 -0 exit 2$/);
  const done = await run(`${LINE} --yes`, here());
  expect(done.stderr).toContain("transferred 3 records from taro to hanako");
  expect(done.summary).toMatch(/ local handover transfer: \+0 ~3 -0 exit 0$/);
});

test("refuses a non-user, the same person or an account without a role, in both languages", async () => {
  await addTestAccount(tenant, { name: "none", role: "none" });
  await tenant.client.renewals.add({ kind: "custom", name: "外", owner: "外部 太郎" });
  const stranger = await runInBoth(["handover", "transfer", "--from", "外部 太郎", "--to", "hanako"], here());
  expect(stranger.en).toMatchObject({ exit: 3, stderr: expect.stringContaining('" is not a user of this tenant') });
  const self = await runInBoth("handover transfer --from taro --to taro", here());
  expect(self.en).toMatchObject({ exit: 3, stderr: expect.stringContaining("same person") });
  const { after: without } = await tenant.client.users.create({ name: "次郎", emails: ["jiro@example.jp"] });
  const lacking = await runInBoth("handover transfer --from taro --to jiro@example.jp", here());
  expect(lacking.en.stderr).toContain(`clomoctl clomo-account create ${without.id} --account NAME --role system\n`);
  tenant.database.run("update tenant set mirroredAt = :at", { at: "2026-11-01T00:00:00.000Z" });
  expect(await run("handover transfer --from nobody --to taro", here())).toMatchObject({ exit: 6 });
});
