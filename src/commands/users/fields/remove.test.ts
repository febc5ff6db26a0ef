import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { CustomField } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { freshFolder, inBoth, run, type Typing } from "../../testing/program.ts";
import { example, type Answers } from "../../testing/tenant.ts";

const [joined] = example<{ items: readonly [CustomField] }>("fields").items;
const place: CustomField = { ...joined, id: joined.id.replace(/3$/, "9"), name: "カナ ガ" };
const fields = { items: [joined, place] };

/** An export in which two users have a value of the first field, and one of the second. */
const CSV = "氏名,入社年,カナ ガ\r\n髙橋,2019,\r\n山田,,\r\n鈴木,2020,東京\r\n";

const asked: Answers = { fields, exportUsers: CSV };
const removing: Answers = { ...asked, removeField: joined };

const operations = (requests: readonly { readonly operation: string }[]): readonly string[] =>
  requests.map(({ operation }) => operation);

const LOOKING = ["fields", "exportUsers"];
const tenantRevision = { revision: 7 };
const ASKING = ["tenantRevision", ...LOOKING];

test("the question says how many values are at stake; yes removes the field", async () => {
  const typing: readonly Typing[] = [["Remove 入社年 from the tenant embedded, with the values of 2 users?", "y\r"]];
  const { exit, stdout, stderr, requests } = await run("users fields remove 入社年 --format json", {
    tenant: { ...removing, tenantRevision },
    terminal: { typing },
  });
  expect(exit).toBe(0);
  expect(operations(requests)).toEqual([...ASKING, "removeField"]);
  expect(requests.at(-1)).toEqual({ operation: "removeField", params: { id: joined.id }, query: { seen: "7" } });
  expect(JSON.parse(stdout)).toEqual(joined);
  expect(stderr).toContain("入社年 was removed, with the values of 2 users\n");
});

test.each([
  ["en", "Remove カナ ガ from the tenant embedded, with the values of 1 user?", "nothing was removed"],
  ["ja", "テナント embedded の項目「カナ ガ」を、1 人分の値とともに削除しますか?", "何も削除していません"],
])("no removes nothing: %s", async (language, question, told) => {
  const line = ["--lang", language, "users", "fields", "remove", place.id];
  const { exit, stdout, stderr, requests } = await run(line, {
    tenant: { ...asked, tenantRevision },
    terminal: { typing: [[question, "n\r"]] },
  });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "" });
  expect(stderr).toContain(told);
  expect(operations(requests)).toEqual(ASKING);
});

test("the tenant is named as its context is", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  const typing: readonly Typing[] = [["from the tenant kanto,", "\r"]];
  const line = "users fields remove 入社年 --context kanto";
  const tenant = { ...asked, tenantRevision };
  expect(await run(line, { home, tenant, terminal: { typing } })).toMatchObject({ exit: 0, stdout: "" });
});

test("--yes is the answer, and the count is said", async () => {
  const { en, ja } = await inBoth("users fields remove 入社年 --yes --fields name", { tenant: removing });
  expect(en).toMatchObject({ exit: 0, stdout: "name\n入社年\n" });
  expect(en.stderr).toBe("入社年 was removed, with the values of 2 users\n");
  expect(ja.stderr).toBe("入社年 を削除しました(値のあったユーザー: 2 人)\n");
  expect(operations(ja.requests)).toEqual([...LOOKING, "removeField"]);
});

test("a name fits however its characters are composed", async () => {
  const tenant = { ...asked, removeField: place };
  const { exit, requests } = await run(["users", "fields", "remove", "カナ ガ".normalize("NFD"), "--yes"], { tenant });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ params: { id: place.id } });
});

test("values are those of the field's own column, which stands behind the console's", async () => {
  const exportUsers = "入社年,入社年\r\na,\r\nb,\r\nc,2020";
  const { stderr } = await run("users fields remove 入社年 --yes", { tenant: { ...removing, exportUsers } });
  expect(stderr).toContain("the values of 1 user\n");
  const without = "氏名\r\n髙橋\r\n";
  const none = await run("users fields remove 入社年 --yes", { tenant: { ...removing, exportUsers: without } });
  expect(none.stderr).toContain("the values of 0 users\n");
});

test.each([
  ["no terminal", {}, ""],
  ["--no-input", { terminal: {} }, " --no-input"],
])("where nobody may be asked it is refused: %s", async (_, circumstances, flag) => {
  const { en, ja } = await inBoth(`users fields remove 入社年${flag}`, { tenant: asked, ...circumstances });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("--yes");
  expect(ja.exit).toBe(2);
  expect(ja.stderr).toContain("2 人分");
  expect(operations([...en.requests, ...ja.requests])).toEqual([...LOOKING, ...LOOKING]);
});

test("Ctrl-C in the question removes nothing, and says so", async () => {
  const typing: readonly Typing[] = [["Remove 入社年", "\u0003"]];
  const tenant = { ...asked, tenantRevision };
  const { exit, stderr, requests } = await run("users fields remove 入社年", { tenant, terminal: { typing } });
  expect(exit).toBe(130);
  expect(stderr).toContain("error: interrupted: nothing was removed\n");
  expect(operations(requests)).toEqual(ASKING);
});

test("a signal while values are counted removes nothing", async () => {
  const signals = new EventEmitter();
  const exportUsers = (): string => {
    signals.emit("SIGINT");
    return CSV;
  };
  const { en, ja } = await inBoth("users fields remove 入社年 --yes", { signals, tenant: { fields, exportUsers } });
  expect(en).toMatchObject({ exit: 130, stderr: "error: interrupted: nothing was removed\n" });
  expect(ja.exit).toBe(130);
  expect(ja.stderr).toContain("何も削除していません");
  expect(operations(en.requests)).toEqual(LOOKING);
});

test("one that is not there is not found, in both languages", async () => {
  const { en, ja } = await inBoth("users fields remove 退社年 --yes", { tenant: { fields } });
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toBe("error: no custom field is named 退社年\n  see clomoctl users fields list\n");
  expect(ja.exit).toBe(6);
  expect(ja.stderr).toContain("「退社年」");
});

test("two of one name are told apart by their ids", async () => {
  const tenant = { fields: { items: [joined, { ...place, name: "入社年" }] } };
  const { exit, stderr } = await run("users fields remove 入社年 --yes", { tenant });
  expect(exit).toBe(2);
  expect(stderr).toContain(`入社年 matches 2: 入社年 ${joined.id}; 入社年 ${place.id}`);
});

test("what the tenant refuses is said, and nothing is claimed", async () => {
  const removeField = new Failure("locked", { what: text("locked by 7", "7 が使用中") });
  const { en, ja } = await inBoth("users fields remove 入社年 --yes", { tenant: { ...asked, removeField } });
  expect(en).toMatchObject({ exit: 5, stdout: "", stderr: "error: locked by 7\n" });
  expect(ja).toMatchObject({ exit: 5, stdout: "", stderr: "エラー: 7 が使用中\n" });
});

test.each(["users fields remove", "users fields remove a b"])("%s is refused", async (line) => {
  expect(await run(line)).toMatchObject({ exit: 2, stdout: "", requests: [] });
});
