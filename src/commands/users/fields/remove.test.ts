import { expect, test } from "vitest";
import type { CustomField } from "../../../lib/client/index.ts";
import { freshFolder, runInBoth, run, type Typing } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";

const [joined] = example<{ items: readonly [CustomField] }>("fields").items;
const place: CustomField = { ...joined, id: joined.id.replace(/3$/, "9"), name: "カナ ガ" };
const fields = { items: [joined, place] };

/** The answer of how many users have a value in a field. */
const used = (users: number, field = joined): Answers => ({ field: { ...field, users } });

const seen: Answers = { tenantRevision: { revision: 7 } };
const asked: Answers = { fields, ...used(2) };
const removing: Answers = { ...asked, removeField: joined };
const unused: Answers = { fields, ...used(0) };
const unusedRemoved: Answers = { ...unused, removeField: joined };

const operations = (requests: readonly { readonly operation: string }[]): readonly string[] =>
  requests.map(({ operation }) => operation);

const LOOKING = ["fields", "field"];
const ASKING = ["tenantRevision", ...LOOKING];

test("asks for the number of values to be lost, and counts them without an export", async () => {
  const question = "Type 2 to remove the field 入社年 from the tenant local, with the";
  const { exit, stdout, stderr, requests } = await run("users fields remove 入社年 --format json", {
    tenant: { ...removing, ...seen },
    terminal: { typing: [[question, "2\r"]] },
  });
  expect(exit).toBe(0);
  expect(operations(requests)).toEqual([...ASKING, "removeField"]);
  // the answer holds for what was counted
  const query = { users: "2" };
  expect(requests.at(-1)).toEqual({ operation: "removeField", params: { id: joined.id }, query, base: "7" });
  expect(JSON.parse(stdout)).toEqual(joined);
  expect(stderr).toContain("the field 入社年 was removed, with the values of 2 users\n");
});

/** Said before the values go. */
const LOST = "undo does not restore the field 入社年 and its values\n";

test("--confirm-deletions takes that number, and the result reports it", async () => {
  const { en, ja } = await runInBoth("users fields remove 入社年 --confirm-deletions 2 --fields name", {
    tenant: removing,
  });
  expect(en).toMatchObject({ exit: 0, stdout: "name\n入社年\n" });
  expect(en.stderr).toBe(`${LOST}the field 入社年 was removed, with the values of 2 users\n`);
  expect(ja.stderr).toBe(
    "取り消しても元に戻らないもの: 「入社年」とその値\n項目「入社年」を削除しました(値のあったユーザー: 2 人)\n",
  );
});

test("--dry-run reports how many values would be lost", async () => {
  const { en, ja } = await runInBoth("users fields remove 入社年 --dry-run --fields name", { tenant: asked });
  expect(en).toMatchObject({ exit: 0, stdout: "name\n入社年\n" });
  expect(en.stderr).toBe(`${LOST}dry run: nothing was removed; 2 users would lose a value\n`);
  expect(ja.stderr).toContain("\n確認のみで、何も削除していません(値のあるユーザー: 2 人)\n");
  expect(operations(en.requests)).toEqual(LOOKING);
  // it asks no question, so no revision is needed at a terminal
  const shown = await run("users fields remove 入社年 --dry-run", { tenant: asked, terminal: {} });
  expect(operations(shown.requests)).toEqual(LOOKING);
});

test.each([
  ["en", "Remove the field 入社年 from the tenant local? No user has a value in this", "nothing was removed"],
  ["ja", "テナント local の項目「入社年」(値のあるユーザーはいません)を削除しますか?", "何も削除していません"],
])("a field without values is removed after yes, and kept after no: %s", async (language, question, told) => {
  const line = `users fields remove 入社年 --lang ${language}`;
  const no = await run(line, { tenant: { ...unused, ...seen }, terminal: { typing: [[question, "n\r"]] } });
  expect(no.exit).toBe(0);
  expect(no.stderr).toContain(told);
  expect(operations(no.requests)).toEqual(ASKING);
  const yes = await run(line, { tenant: { ...unusedRemoved, ...seen }, terminal: { typing: [[question, "y\r"]] } });
  expect(operations(yes.requests)).toEqual([...ASKING, "removeField"]);
  expect(operations((await run(`${line} --yes`, { tenant: unusedRemoved })).requests)).toEqual([
    ...LOOKING,
    "removeField",
  ]);
});

test("finds a name regardless of Unicode composition", async () => {
  const tenant = { fields, ...used(0, place), removeField: place };
  const { exit, requests } = await run(["users", "fields", "remove", "カナ ガ".normalize("NFD"), "--yes"], { tenant });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ params: { id: place.id } });
});

test("the question names the tenant by its context", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  const typing: readonly Typing[] = [["Type 2 to remove the field 入社年 from the tenant kanto,", "2\r"]];
  const line = "users fields remove 入社年 --context kanto --fields name";
  expect(await run(line, { home, tenant: { ...removing, ...seen }, terminal: { typing } })).toMatchObject({ exit: 0 });
});

test.each([
  ["no terminal", {}, ""],
  ["--no-input", { terminal: {} }, " --no-input"],
])("refuses if nobody can be asked: %s", async (_, circumstances, flag) => {
  const { en, ja } = await runInBoth(`users fields remove 入社年${flag}`, { tenant: asked, ...circumstances });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain("--confirm-deletions 2");
  expect(ja.exit).toBe(3);
  expect(ja.stderr).toContain("2 人分");
  const none = await run(`users fields remove 入社年${flag}`, { tenant: unused, ...circumstances });
  expect(none.exit).toBe(2);
  expect(none.stderr).toContain("--yes");
  expect(operations([...en.requests, ...ja.requests, ...none.requests])).toEqual([...LOOKING, ...LOOKING, ...LOOKING]);
});

test("Ctrl-C at the question removes nothing, and that is reported", async () => {
  const typing: readonly Typing[] = [["Type 2 to remove the field 入社年", "\u0003"]];
  const tenant = { ...asked, ...seen };
  const { exit, stderr, requests } = await run("users fields remove 入社年", { tenant, terminal: { typing } });
  expect(exit).toBe(130);
  expect(stderr).toContain("error: interrupted: nothing was changed\n");
  expect(operations(requests)).toEqual(ASKING);
});
