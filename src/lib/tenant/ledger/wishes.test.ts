import { expect, test } from "vitest";
import { undoChange } from "#support/tenant/undo.ts";
import { type Cells, openForEachTest, prepareTenant, type TestTenant } from "#support/tenant/tenant.ts";

// The rules of decision 033 as sequences. Each step of a sequence is one line: what is done, then what is open.

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import({ kind: "orgs", fromConsole: true }, "組織名,組織コード\n営業,S\n開発,T");
  await sync("課長");
});
openForEachTest((opened) => (tenant = opened), openPrepared);

const HEADER = ["氏名", "メールアドレス", "役職", "組織コード"];
const SATO = ["佐藤", "s@x", "", "S"];
const rowsWith = (title: string | null): Cells => [
  HEADER,
  ...(title === null ? [] : [["鈴木", "a@x", title, "S"]]),
  SATO,
];

/** Takes an export in which 鈴木 has a title; null: without 鈴木. */
const sync = (title: string | null, more: { readonly keepUsed?: true; readonly keepMissing?: true } = {}) =>
  tenant.import({ kind: "users", fromConsole: true, ...more }, rowsWith(title));
const idOf = async (name: string): Promise<string> => (await tenant.client.users.find({ name }))[0]?.id ?? "";
const edit = async (title: string) => tenant.client.users.edit(await idOf("a@x"), { title });
const list = (title: string) => tenant.import({ kind: "users" }, `氏名,メールアドレス,役職\n鈴木,a@x,${title}`);
const remove = async () =>
  tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids: [await idOf("a@x")] }));
const create = (title: string) => tenant.client.users.create({ name: "鈴木", emails: ["a@x"], title });
const last = (): number =>
  Number(tenant.sql("select max(number) as number from change where writer <> 'console'")[0]?.["number"]);
const undo = async (number = last()) => tenant.client.imports.commit(await undoChange(tenant.client, number));
const drop = async (number: number) =>
  tenant.client.imports.commit(await tenant.client.imports.dropTasks({ numbers: [number] }));
const write = async (fields: readonly string[] = ["emails", "title"]) =>
  tenant.client.console.write({ files: [{ kind: "users", fields: [...fields], ids: [await idOf("a@x")] }] });

/** Returns the title of 鈴木 (null: not here), and what is open. */
const now = async (): Promise<readonly unknown[]> => {
  const [user] = await tenant.client.users.find({ name: "a@x" });
  const open = (await tenant.client.console.list({})).flatMap(({ records }) =>
    records.flatMap(({ state, work, key, changes }) =>
      key === "a@x" || state !== "open"
        ? [[state, work, ...changes.flatMap(({ field, after }) => (field === "title" ? [after] : []))].join(" ")]
        : [],
    ),
  );
  return [user === undefined ? null : (user.title ?? ""), ...open];
};

const ACTS: Readonly<Record<string, (value: string) => Promise<unknown>>> = {
  edit,
  list,
  create,
  remove,
  write: () => write(),
  undo: () => undo(),
  "undo-sync": () => undo(Number(tenant.sql("select max(number) as number from change")[0]?.["number"])),
  drop: () => drop(last()),
  "drop-first": async () => drop((await tenant.client.console.list({}))[0]?.number ?? 0),
  again: (title) => tenant.import({ kind: "users" }, rowsWith(title)),
  sync: (title) => sync(title === "-" ? null : title),
  cron: () => sync(null, { keepUsed: true }),
};

/** Each line is a step, then the title of 鈴木 (-: not here), and what is open. */
const SEQUENCES = `
deletion, undo, a colleague's value: no conflict (finding 1)
  remove: - | open delete
  undo: 課長 | taken-back create 課長
  sync 部長: 部長 | taken-back create 部長
  sync 部長: 部長
edit, undo, a third value: taken
  edit 係長: 係長 | open edit 係長
  undo: 課長
  sync 部長: 部長
edit, an export with a third value, undo: takes the third value
  edit 係長: 係長 | open edit 係長
  sync 部長: 係長 | open edit 係長
  undo: 部長
edit, drop, a colleague's value: no conflict (finding 1)
  edit 部長: 部長 | open edit 部長
  drop: 課長
  sync 本部長: 本部長
a deletion open, an export with new values, undo: the new values
  remove: - | open delete
  sync 部長: - | open delete
  undo: 部長 | taken-back create 部長
a list sets a value, uploaded, the next list sets the former one: against the first
  list 部長: 部長 | open edit 部長
  write: 部長 | open edit 部長
  list 課長: 課長 | taken-back edit 課長
  sync 部長: 課長 | open edit 課長
written but not uploaded, undo: settled by the second export
  edit 部長: 部長 | open edit 部長
  write: 部長 | open edit 部長
  undo: 課長 | taken-back edit 課長
  sync 課長: 課長 | taken-back edit 課長
  sync 課長: 課長
  sync 部長: 部長
written, undo, redo, undo: still against it
  edit 部長: 部長 | open edit 部長
  write: 部長 | open edit 部長
  undo: 課長 | taken-back edit 課長
  undo: 部長 | open edit 部長
  undo: 課長 | taken-back edit 課長
  sync 部長: 課長 | open edit 課長
written, undo, a third value: taken
  edit 部長: 部長 | open edit 部長
  write: 部長 | open edit 部長
  undo: 課長 | taken-back edit 課長
  sync 次長: 次長
an export of 09:00 after an upload at 10:10: open until the next one
  edit 部長: 部長 | open edit 部長
  write: 部長 | open edit 部長
  sync 課長: 部長 | open edit 部長
  sync 部長: 部長
seen by an export, undo: the restored value is wished
  edit 部長: 部長 | open edit 部長
  sync 部長: 部長
  undo: 課長 | open edit 課長
  sync 部長: 課長 | open edit 課長
  sync 課長: 課長
two wishes on one field, undo of the second: the first again
  edit 係長: 係長 | open edit 係長
  edit 部長: 部長 | open edit 部長
  undo: 係長 | open edit 係長
  undo: 部長 | open edit 部長
undo, redo, export: a wish again
  edit 部長: 部長 | open edit 部長
  undo: 課長
  undo: 部長 | open edit 部長
  sync 部長: 部長
undo of a sync: wishes as before it
  edit 部長: 部長 | open edit 部長
  sync 部長: 部長
  undo-sync: 部長 | open edit 部長
  sync 課長: 部長 | open edit 部長
undo of a sync, and its undo: as after the sync
  edit 部長: 部長 | open edit 部長
  sync 部長: 部長
  undo-sync: 部長 | open edit 部長
  undo-sync: 部長
deletion here and there, undo: a creation, because a person said so
  remove: - | open delete
  sync -: -
  undo: 課長 | open create 課長
deletion here, undo, then gone in the console: a creation again
  remove: - | open delete
  undo: 課長 | taken-back create 課長
  sync -: 課長 | open create 課長
deletion here, creation with the same values: done (finding 3)
  remove: - | open delete
  again 課長: 課長 | taken-back create 課長
  sync 課長: 課長 | taken-back create 課長
  sync 課長: 課長
deletion here, creation with other values: wishes of its fields
  remove: - | open delete
  create 部長: 部長 | open edit 部長 | taken-back create 部長
deletion here, creation, undo of the creation: one deletion
  remove: - | open delete
  create 部長: 部長 | open edit 部長 | taken-back create 部長
  undo: - | open delete
  sync -: -
changed here, deleted in the console: unsettled, until it is dropped (finding 2)
  edit 部長: 部長 | open edit 部長
  sync -: 部長 | unsettled settle
  sync -: 部長 | unsettled settle
  drop-first: -
unsettled, and an export has it again: the wish is open
  edit 部長: 部長 | open edit 部長
  sync -: 部長 | unsettled settle
  sync 課長: 部長 | open edit 部長
unsettled, and deleted here: nothing is left
  edit 部長: 部長 | open edit 部長
  sync -: 部長 | unsettled settle
  remove: -
unsettled, and in a list: a creation
  edit 部長: 部長 | open edit 部長
  sync -: 部長 | unsettled settle
  list 部長: 部長 | open create 部長
unsettled, in a list, undo of the list: unsettled again
  edit 部長: 部長 | open edit 部長
  sync -: 部長 | unsettled settle
  list 部長: 部長 | open create 部長
  undo: 部長 | unsettled settle
not changed here, deleted in the console: gone
  sync -: -
  sync 課長: 課長
deleted, undone, shown, deleted and undone again: against the second deletion, which counts from anew
  remove: - | open delete
  undo: 課長 | taken-back create 課長
  sync 課長: 課長 | taken-back create 課長
  remove: - | open delete
  undo: 課長 | taken-back create 課長
  sync 課長: 課長 | taken-back create 課長
  sync 課長: 課長
a creation in a file, deleted here and dropped: the record of an export is the console's
  sync -: -
  create 部長: 部長 | open create 部長
  write: 部長 | open create 部長
  remove: - | taken-back delete
  drop-first: -
  sync 課長: 課長
an undone sync brought it back: unsettled if nobody can be asked
  sync -: -
  undo-sync: 課長
  cron -: 課長 | unsettled settle
`;

const sequences = SEQUENCES.trim()
  .split(/\n(?=\S)/)
  .map((one) => one.split("\n  "));

test.each(sequences.map(([name = "", ...steps]) => [name, steps] as const))("%s", async (_, steps) => {
  for (const step of steps) {
    const [does = "", then = ""] = step.split(": ");
    const [act = "", value = ""] = does.split(" ");
    await ACTS[act]?.(value);
    const [title, ...open] = then.split(" | ");
    expect(new Set(await now()), step).toEqual(new Set([title === "-" ? null : title, ...open]));
  }
});

test("changed here, deleted in the console: unsettled, also beside a record that was deleted here", async () => {
  await edit("部長");
  const [sato] = await tenant.client.users.find({ name: "s@x" });
  await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids: [sato?.id ?? ""] }));
  await sync(null);
  expect(await now()).toEqual(["部長", "unsettled settle"]);
});

test("a blank that was wished of a creation stays a wish after an export without its column (finding 4)", async () => {
  const withTel = (tel: string): Cells => [
    [...HEADER, "TEL"],
    ["鈴木", "a@x", "課長", "S", ""],
    [...SATO, ""],
    ["原", "h@x", "", "", tel],
  ];
  await tenant.import({ kind: "users", fromConsole: true }, withTel("").slice(0, 3));
  await tenant.client.users.create({ name: "原", emails: ["h@x"], tel: "03-69" });
  await tenant.client.users.edit(await idOf("h@x"), { tel: null });
  await tenant.import(
    { kind: "users", fromConsole: true, keepMissing: true },
    withTel("").map((row) => row.slice(0, 4)),
  );
  await tenant.import({ kind: "users", fromConsole: true }, withTel("03-69"));
  const [task] = await tenant.client.console.list({});
  expect(task?.records[0]?.changes).toEqual([{ field: "tel", before: "03-69", after: null }]);
});

test("a creation that took over a deletion, undone, leaves one deletion", async () => {
  await remove();
  await create("部長");
  await undo();
  expect(tenant.sql("select inConsole, wished <> 0 as wished from user_observed")).toEqual([
    { inConsole: 1, wished: 1 },
  ]);
});
