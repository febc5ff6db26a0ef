import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { run } from "#support/commands/program.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

/** What a shell makes of a line. */
const words = (line: string): readonly string[] =>
  execFileSync("bash", ["--norc", "--noprofile", "-c", `printf '%s\\0' ${line}`], {
    encoding: "utf8",
    env: { LC_ALL: "C.UTF-8" },
  })
    .split("\0")
    .slice(0, -1);

/** Runs a command; returns the command that it proposes, as it is typed. */
async function proposed(line: readonly string[]): Promise<readonly string[]> {
  const { exit, stderr } = await run(line, { tenant: tenant.fetch });
  expect({ exit, stderr }).toMatchObject({ exit: 0 });
  const told = /^to (?:take it back|make it again, without its users): clomoctl (.+)$/m.exec(stderr)?.[1];
  if (told === undefined) throw new TypeError(`nothing is proposed: ${stderr}`);
  return words(told);
}

const NAMES = ["営業", "営業 部", "-営業", "--yes", "--help", "-h", "it's", "$HOME `x`", "ＡＢＣ", "a/b", "~", "!x"];

const groups = async () => (await tenant.client.secured.groups("docs")).map(({ name }) => name);

test.each(NAMES)("of a group %j: its deletion, its former name, and what makes it again", async (name) => {
  await tenant.client.secured.createGroup("docs", { name: "総務" });
  const deletion = await proposed(["secured", "groups", "create", "--app", "docs", "--", name]);
  const back = await proposed(["secured", "groups", "edit", "--app", "docs", "--name", "新しい名前", "--", name]);
  expect(await groups()).not.toContain(name);
  await run(back, { tenant: tenant.fetch });
  expect(await groups()).toContain(name);
  const again = await proposed([...deletion, "--confirm-deletions", "1"]);
  expect(await groups()).toEqual(["総務"]);
  await run(again, { tenant: tenant.fetch });
  expect(await groups()).toContain(name);
});

const orgNames = async () => (await tenant.client.orgs.list()).map(({ name }) => name);

test.each(NAMES)("of an organisation %j without a code: its deletion, and its former name", async (name) => {
  await tenant.client.orgs.create({ name: "総務" });
  const deletion = await proposed(["orgs", "create", "--", name]);
  const all = await tenant.client.orgs.list();
  const { id = "" } = all.findLast((one) => one.name === name) ?? {};
  const back = await proposed(["orgs", "edit", "--name", "新しい名前", "--", id]);
  await run(back, { tenant: tenant.fetch });
  expect((await tenant.client.orgs.list()).find((one) => one.id === id)).toMatchObject({ name });
  const deleted = await run([...deletion, "--confirm-deletions", "1"], { tenant: tenant.fetch });
  expect(deleted).toMatchObject({ exit: 0 });
  expect(await orgNames()).toEqual(["全社", "総務"]);
});

test("an organisation whose path is another's code, or another's path, is named by its id", async () => {
  const { orgs, users } = tenant.client;
  await orgs.create({ name: "倉庫", code: "W" });
  const { after: office } = await orgs.create({ name: "総務" });
  // as files may bring it
  tenant.database.run("update org set code = '総務' where code = 'W'");
  const { after: worker } = await users.create({ name: "次郎", emails: ["jiro@example.jp"], org: office.id });
  const shadowed = await proposed(["users", "move", "jiro@example.jp", "--org", "全社"]);
  expect(shadowed).toEqual(["users", "move", "jiro@example.jp", "--org", office.id]);
  await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids: [worker.id] }));
  await orgs.create({ name: "営業", code: "E1" });
  const { after: twin } = await orgs.create({ name: "営業", code: "E2" });
  const { after: user } = await users.create({ name: "花子", emails: ["hanako@example.jp"], org: twin.id });
  // as tenants of before may have it
  tenant.database.run("update org set code = null where name = '営業'");
  const back = await proposed(["users", "move", "hanako@example.jp", "--org", "全社"]);
  expect(back).toEqual(["users", "move", "hanako@example.jp", "--org", twin.id]);
  await run(back, { tenant: tenant.fetch });
  expect(await tenant.users()).toMatchObject([{ id: user.id, org: { id: twin.id } }]);
});

const MEMOS = ["2 行の\nメモ", "-x", "--yes", "--help", "-h", "--json\nx", "it's\n'x'\\n", "タブ", "$(x)"];

test.each(MEMOS)("of a device whose memo was %j: the memo", async (memo) => {
  await tenant.client.devices.create({ serialNumber: "-S1", memo });
  const back = await proposed(["devices", "edit", "--memo", "", "--", "-S1"]);
  const restored = await run(back, { tenant: tenant.fetch });
  expect(restored).toMatchObject({ exit: 0 });
  expect(await tenant.devices()).toMatchObject([{ serialNumber: "-S1", memo }]);
});

test.each(["--help", "-h", "-V", "--"])("what reads as an option is taken back as a value: %s", async (value) => {
  await tenant.client.users.addField({ name: "-座席" });
  await tenant.client.users.create({
    name: "山田",
    emails: ["yamada@x.jp"],
    title: value,
    custom: [{ name: "-座席", value }],
  });
  await tenant.client.devices.create({ serialNumber: "S1" });
  await run(["devices", "tag", "S1", `--add=${value}`], { tenant: tenant.fetch });
  await tenant.client.tenant.set({ contactName: value });
  for (const line of [
    ["users", "edit", "yamada@x.jp", "--title", "部長", "--custom=-座席=A1"],
    ["devices", "tag", "S1", `--remove=${value}`],
    ["tenant", "set", "--contact-name", "佐藤"],
  ]) {
    const back = await proposed(line);
    expect(await run(back, { tenant: tenant.fetch })).toMatchObject({
      exit: 0,
      stdout: expect.not.stringContaining("usage"),
    });
  }
  const [user] = await tenant.users();
  expect(user).toMatchObject({ title: value, custom: [{ name: "-座席", value }] });
  expect(await tenant.devices()).toMatchObject([{ tags: [value] }]);
  expect(await tenant.client.tenant.show()).toMatchObject({ profile: { contactName: value } });
});

test.each([
  ["a title of two lines", { 役職: "課長\n部長" }, ["--title", "部長"], "title: "],
  ["a custom value with a tab", { 座席: "A\t1" }, ["--custom", "座席=B2"], "座席: "],
])("what the console has and nobody can type is proposed to nobody: %s", async (_, values, change, told) => {
  await tenant.client.users.addField({ name: "座席" });
  const row = { 氏名: "山田", メールアドレス: "yamada@x.jp", 社員コード: "E1", 役職: "", 座席: "", ...values };
  await tenant.import({ kind: "users", fromConsole: true }, [Object.keys(row), Object.values(row)]);
  const edited = await run(["users", "edit", "E1", ...change], { tenant: tenant.fetch });
  expect(edited).toMatchObject({ exit: 0 });
  expect(edited.stderr).not.toContain("to take it back");
  expect(edited.stderr).toContain(`${told}cannot be taken back by hand, as it cannot be typed: `);
  // what else was changed with it is
  const both = await proposed(["users", "edit", "E1", "--tel", "03-1", "--title", "係長"]);
  expect(both).toContain("--tel");
  expect(await run(both, { tenant: tenant.fetch })).toMatchObject({ exit: 0 });
});
