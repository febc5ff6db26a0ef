import { expect, test } from "vitest";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { run } from "#support/commands/program.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

/** Runs a command, which must end with 0; returns what it says. */
const ran = async (line: readonly string[]): Promise<string> => {
  const actors = line.includes("--as") ? { hanako: tenant.acting("hanako").fetch } : {};
  const { exit, stderr } = await run(line, { tenant: tenant.fetch, actors });
  expect(exit, stderr).toBe(0);
  return stderr;
};

async function proposed(line: readonly string[]): Promise<readonly string[]> {
  const stderr = await ran(line);
  const told = [...stderr.matchAll(/^undo: clomoctl (undo \d+)$/gm)].map(([, undo = ""]) => undo);
  expect(told, stderr).toHaveLength(1);
  // who reads the proposal needs the number no second time
  expect(stderr).not.toContain("(change");
  return told.flatMap((undo) => undo.split(" "));
}

const VALUES = ["営業", "-営業", "--help", "it's", "$HOME `x`", "ＡＢＣ", "a/b", "2 行の\nメモ"];

test.each(VALUES)("restores a value that is hard to type: %j", async (memo) => {
  await tenant.client.devices.create({ serialNumber: "-S1", memo, tags: ["旧"] });
  const memos = await proposed(["devices", "edit", "--memo", "", "--", "-S1"]);
  const tags = await proposed(["devices", "tag", "--add", "新", "--remove", "旧", "--", "-S1"]);
  for (const back of [memos, tags]) await ran([...back, "--yes"]);
  expect(await tenant.devices()).toMatchObject([{ serialNumber: "-S1", memo, tags: ["旧"] }]);
});

test("restores a value that nobody can type, as the console may have it", async () => {
  await tenant.client.users.addField({ name: "座席" });
  const row = { 氏名: "山田", メールアドレス: "yamada@x.jp", 社員コード: "E1", 役職: "課長\n部長", 座席: "A\t1" };
  await tenant.import({ kind: "users", fromConsole: true }, [Object.keys(row), Object.values(row)]);
  const back = await proposed(["users", "edit", "E1", "--title", "部長", "--custom", "座席=B2"]);
  await ran([...back, "--yes"]);
  expect(await tenant.users()).toMatchObject([{ title: "課長\n部長", custom: [{ name: "座席", value: "A\t1" }] }]);
});

test("one command undoes what was written together, and an unchanged record has no undo", async () => {
  const { orgs, users } = tenant.client;
  const { after: office } = await orgs.create({ name: "総務" });
  for (const name of ["一", "二"]) await users.create({ name, emails: [`${name}@example.jp`], org: office.id });
  const move = ["users", "move", "一@example.jp", "二@example.jp", "--to", "全社"];
  const back = await proposed(move);
  const again = await ran(move);
  expect(again).toContain("already has these values, so there is nothing to change\n");
  expect(again).not.toContain("undo:");
  await ran([...back, "--yes"]);
  expect(await tenant.users()).toMatchObject([{ org: { id: office.id } }, { org: { id: office.id } }]);
});
