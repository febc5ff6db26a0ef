import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Import, Verification } from "../operations.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { failureOf, encodeCsv, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const users = { kind: "users" } as const;
const exported = { kind: "users", fromConsole: true } as const;

/** Plans a file and commits it as one that was written for an upload. */
const upload = async (cells: Cells, request: Parameters<TestTenant["plan"]>[0] = users): Promise<Import> => {
  const sha256 = createHash("sha256").update(encodeCsv(cells)).digest("hex");
  return tenant.client.imports.commit(await tenant.plan(request, cells), { sha256, fileName: "UPLOAD.csv" });
};

type Evidence = Parameters<typeof tenant.client.imports.verify>[2];

/** Compares an export with the task of a change. */
const verify = (of: number | Pick<Import, "change">, cells: Cells, evidence: Evidence = {}): Promise<Verification> =>
  tenant.client.imports.verify(
    typeof of === "number" ? of : (of.change ?? 0),
    { stream: new Blob([encodeCsv(cells)]).stream(), encoding: "utf-8" },
    evidence,
  );

/** What is open of a task, by records; of new ones without their fields. */
const openOf = ({ task: { state, records } }: Verification): readonly [string, object] => {
  const open: Record<string, readonly string[]> = {};
  for (const { key, work, changes } of state === "done" ? [] : records)
    open[key ?? ""] = work === "create" ? [work] : [work, ...changes.map(({ field }) => field)];
  return [state, open];
};

/** Everything that is here. */
const here = () => JSON.stringify(tenant.dump());

const TITLED = ["氏名", "メールアドレス", "役職"];
const people = (domain: string, title: string, count = 6): Cells => [
  TITLED,
  ...Array.from({ length: count }, (_, at) => [`人${at}`, `p${at}@${domain}`, title]),
];

test("imports verify rejects the export of another tenant, as imports do", async () => {
  await tenant.import(exported, people("a.example", "課長"));
  const written = await upload(people("a.example", "部長"));
  const failure = await failureOf(verify(written, people("b.example", "課長")));
  expect(failure).toMatchObject({ code: "input-rejected" });
  expect(failure?.what).toMatchObject({
    en: expect.stringContaining(
      "6 rows and 6 users were compared, but none of them match; this looks like an export from another tenant",
    ),
    ja: expect.stringContaining("6 行は、ユーザー 6 件のどれとも一致しません"),
  });
  expect((await verify(written, people("a.example", "課長"))).task).toMatchObject({ state: "open", update: 6 });
  // four rows may be of new people
  expect((await verify(written, people("b.example", "課長", 4))).done).toBe(false);
});

test("addresses that were not uploaded are a difference, not a sign of another tenant", async () => {
  const [header = [], ...rows] = people("a.example", "課長");
  const coded = (domain: string): Cells => [
    [...header, "社員コード"],
    ...rows.map(([name = ""], at) => [name, `p${at}@${domain}`, "課長", `000${at}`]),
  ];
  await tenant.import(exported, coded("a.example"));
  const written = await upload(coded("b.example"), { kind: "users", key: "employee-code" });
  expect((await verify(written, coded("a.example"))).task).toMatchObject({ state: "open", update: 6 });
  expect(await verify(written, coded("b.example"), { sameAsUpload: true })).toMatchObject({ done: true });
});

const TITLES: readonly string[] = ["氏名", "メールアドレス", "役職", "TEL", "組織コード"];
const YAMADA: readonly string[] = ["山田", "yamada@x", "課長", "03-1", ""];
const SATO: readonly string[] = ["佐藤", "sato@x", "主任", "03-2", ""];
const HAYASHI: readonly string[] = ["林", "hayashi@x", "", "", ""];
const NEW: readonly string[] = ["原", "hara@x", "主任", "", ""];
const MIRROR: Cells = [TITLES, YAMADA, SATO];
/** 山田 gets another title, 原 is new, and 佐藤 is deleted. */
const FILE: Cells = [TITLES, YAMADA.with(2, "部長"), NEW];
const replace = { kind: "users", mode: "replace" } as const;
const without = (cells: Cells, column: number): Cells => cells.map((row) => row.toSpliced(column, 1));

test.each<[string, Cells, string, Readonly<Record<string, readonly string[]>>]>([
  [
    "nothing was uploaded",
    MIRROR,
    "open",
    { "yamada@x": ["edit", "title"], "sato@x": ["delete"], "hara@x": ["create"] },
  ],
  ["a row was not", [TITLES, YAMADA, NEW], "open", { "yamada@x": ["edit", "title"] }],
  ["the one to be deleted is there yet", [...FILE, SATO], "open", { "sato@x": ["delete"] }],
  ["a new one lacks a value", FILE.with(2, NEW.with(2, "")), "contradicted", { "hara@x": ["edit", "title"] }],
  [
    "it has a value that nobody asked for",
    FILE.with(1, YAMADA.with(2, "社長")),
    "contradicted",
    { "yamada@x": ["edit", "title"] },
  ],
  ["another field was changed in the console", FILE.with(1, YAMADA.with(2, "部長").with(3, "03-9")), "done", {}],
  ["somebody else was added in the console", [...FILE, HAYASHI], "done", {}],
  ["all of it is there", FILE, "done", {}],
])("imports verify merges like a takeover: %s", async (_, shown, state, records) => {
  await tenant.import(exported, MIRROR);
  const written = await upload(FILE, replace);
  const before = here();
  const found = await verify(written, shown, { sameAsUpload: true });
  expect(found).toMatchObject({ done: state === "done", unseen: [] });
  expect(openOf(found)).toEqual([state, records]);
  expect(await tenant.client.imports.show(written.id)).toMatchObject({
    state: "committed",
    ...(state !== "done" && { inConsole: { done: 3 - Object.keys(records).length, of: 3 } }),
  });
  // nothing is changed here, and an import of the same export tells the same
  expect(here()).toBe(before);
  expect(readAuditLog(tenant.database).at(-1)).toMatchObject({ action: "imports.verify" });
});

test("an open task is compared with each export, and a task that is done stays done", async () => {
  await tenant.import(exported, MIRROR);
  const written = await upload(FILE, replace);
  const half = FILE.with(1, YAMADA);
  expect((await verify(written, half)).done).toBe(false);
  expect((await verify(written, [...FILE, HAYASHI])).done).toBe(true);
  // of what is done nothing is compared
  const again = await verify(written, half);
  expect(again).toMatchObject({ done: true, closedBefore: true });
});

test("a verification updates the age of the mirror and remembers what the export showed", async () => {
  await tenant.import(exported, MIRROR);
  const { mirroredAt } = await tenant.client.tenant.show();
  const written = await upload(FILE, replace);
  await verify(written, MIRROR);
  expect((await tenant.client.tenant.show()).mirroredAt).not.toBe(mirroredAt);
});

test("imports verify is limited to records of the task", async () => {
  await tenant.import(exported, MIRROR);
  const [sato] = await tenant.client.users.find({ name: "sato@x" });
  const { consoleTask } = await tenant.client.users.edit(sato?.id ?? "", { title: "係長" });
  const written = await upload([TITLES, YAMADA.with(2, "部長")]);
  const shown: Cells = [TITLES, YAMADA.with(2, "部長"), SATO.with(2, "係長")];
  expect(await verify(written, shown)).toMatchObject({ done: true });
  expect(await tenant.client.console.show(consoleTask ?? 0)).toMatchObject({ state: "open" });
  expect(await verify(consoleTask ?? 0, shown)).toMatchObject({ done: true });
});

test("imports verify is limited to fields of the task", async () => {
  await tenant.import(exported, MIRROR);
  const [yamada] = await tenant.client.users.find({ name: "yamada@x" });
  const { consoleTask: first } = await tenant.client.users.edit(yamada?.id ?? "", { title: "部長" });
  const { consoleTask: second } = await tenant.client.users.edit(yamada?.id ?? "", { tel: "03-9" });
  for (const tel of ["03-9", "03-5"]) {
    expect(await verify(first ?? 0, MIRROR.with(1, YAMADA.with(2, "次長").with(3, tel)))).toMatchObject({
      task: { state: "contradicted", records: [{ changes: [{ field: "title", before: "次長", after: "部長" }] }] },
    });
    expect(await tenant.client.console.show(second ?? 0)).toMatchObject({
      state: "open",
      records: [{ changes: [{ field: "tel", before: "03-1", after: "03-9" }] }],
    });
  }
  expect(await verify(first ?? 0, MIRROR.with(1, YAMADA.with(2, "部長").with(3, "03-9")))).toMatchObject({
    done: true,
  });
  expect(await tenant.client.console.show(second ?? 0)).toMatchObject({ state: "open" });
});

test("imports verify: fields that the export lacks stay open; --confirm-missing confirms them", async () => {
  await tenant.import(exported, MIRROR);
  const written = await upload([TITLES, YAMADA.with(2, "部長").with(3, "03-9")]);
  const shown = without([TITLES, YAMADA.with(3, "03-9"), SATO], 2);
  const found = await verify(written, shown);
  expect(found).toMatchObject({ done: false, unseen: [{ field: "title", header: "役職" }] });
  expect(openOf(found)).toEqual(["open", { "yamada@x": ["edit", "title"] }]);
  const confirmed = await verify(written, shown, { confirmMissing: true });
  expect(confirmed).toMatchObject({ done: true, task: { state: "confirmed" }, unseen: [] });
  // it is believed until an export shows otherwise
  await tenant.import(exported, MIRROR.with(1, YAMADA.with(3, "03-9")));
  expect(await tenant.client.console.show(written.change ?? 0)).toMatchObject({ state: "open", update: 1 });
});

test("imports verify --confirm-missing does not confirm what the export contradicts", async () => {
  await tenant.import(exported, MIRROR);
  const written = await upload([TITLES, YAMADA.with(2, "部長").with(3, "03-9")]);
  const found = await verify(written, without(MIRROR, 2), { confirmMissing: true });
  expect(openOf(found)).toEqual(["open", { "yamada@x": ["edit", "tel"] }]);
});

const WHOLE: Cells = [TITLES, YAMADA, HAYASHI];

test.each<[string, Cells, object, boolean]>([
  ["the header alone", [TITLES], { records: 2, of: 2 }, false],
  ["a part", [TITLES, YAMADA], { records: 1, of: 2 }, false],
  ["all others", WHOLE, {}, true],
  ["all others, and one that is new there", [...WHOLE, NEW], {}, true],
])(
  "an export without a user proves the deletion only if it lacks no other user: %s",
  async (_, shown, lacking, done) => {
    await tenant.import(exported, [...WHOLE, SATO]);
    const [sato] = await tenant.client.users.find({ name: "sato@x" });
    const number = (await tenant.import({ kind: "users", mode: "replace" }, WHOLE)).change ?? 0;
    const found = await verify(number, shown);
    expect(found).toMatchObject({ done, ...(!done && { lacking }) });
    expect(await tenant.client.console.list({})).toHaveLength(done ? 0 : 1);
    const confirmed = await verify(number, shown, { confirmMissing: true });
    expect(confirmed).toMatchObject({
      done: true,
      task: { state: done ? "done" : "confirmed", records: done ? [] : [{ id: sato?.id }] },
    });
    expect(confirmed.lacking).toBeUndefined();
  },
);

test("--confirm-missing does not confirm the deletion of a user whom a partial export shows", async () => {
  await tenant.import(exported, [...WHOLE, SATO]);
  const number = (await tenant.import({ kind: "users", mode: "replace" }, [TITLES, YAMADA])).change ?? 0;
  const found = await verify(number, [TITLES, SATO], { confirmMissing: true });
  expect(openOf(found)).toEqual(["open", { "sato@x": ["delete"] }]);
  // what others changed here is not among what it lacks
  await tenant.client.users.edit((await tenant.client.users.find({ name: "yamada@x" }))[0]?.id ?? "", { tel: "03-9" });
  expect(await verify(number, [TITLES])).toMatchObject({ done: true });
});

test("the uploaded file itself is not accepted as an export, nor is a file with a password", async () => {
  await tenant.import(exported, MIRROR);
  const written = await upload(FILE, replace);
  expect(await verify(written, FILE)).toMatchObject({ done: false, sameAsUpload: true, task: { state: "open" } });
  const secret = FILE.map((row, at) => [...row, ["CLOMOアカウントパスワード", "secret1", ""][at] ?? ""]);
  const refused = await failureOf(verify(written, secret));
  expect(refused).toMatchObject({ code: "input-rejected", what: { en: expect.stringContaining("パスワード") } });
  expect(await verify(written, FILE, { sameAsUpload: true })).toMatchObject({ done: true });
});

test("an export is read with its map; an invalid map, an unknown header and an unknown task are rejected", async () => {
  await tenant.import(exported, MIRROR);
  const written = await upload([TITLES, YAMADA.with(2, "部長")]);
  const theirs: Cells = [TITLES.with(0, "名前"), YAMADA.with(2, "部長"), SATO];
  const codeOf = async (asked: Promise<unknown>) => (await failureOf(asked))?.code;
  expect(await codeOf(verify(written, theirs))).toBe("input-rejected");
  expect(
    await codeOf(
      verify(
        written,
        theirs.map((row, at) => [...row, at === 0 ? "役職" : ""]),
      ),
    ),
  ).toBe("input-rejected");
  expect(await codeOf(verify(9999, theirs))).toBe("not-found");
  const map = { columns: [{ header: "名前", to: "name" }], constants: [], defaults: [] };
  expect(await verify(written, theirs, { map })).toMatchObject({ done: true });
});

const PLACE_HEADER = ["組織名", "組織コード", "上位組織コード"];
const TREE: Cells = [PLACE_HEADER, ["本社", "HQ", ""], ["営業部", "S", "HQ"], ["第一課", "S1", "S"]];
const PLACES = ["氏名", "メールアドレス", "組織コード"] as const;

test.each([
  ["the code that it has by now", "X", true],
  ["no code that another task changes", "S", false],
  ["a blank", "", false],
])("verifies an organisation cell with %s", async (_, code, done) => {
  await tenant.import({ kind: "orgs", fromConsole: true }, TREE);
  await tenant.import(exported, [PLACES, ["山田", "yamada@x", ""]]);
  const written = await upload([PLACES, ["山田", "yamada@x", "S"]]);
  const [sales] = await tenant.client.orgs.find({ name: "S" });
  await tenant.client.orgs.edit(sales?.id ?? "", { code: "X" });
  expect(await verify(written, [PLACES, ["山田", "yamada@x", code]])).toMatchObject({ done });
});

const NAMELESS: Cells = [...TREE, ["倉庫", "", ""]];

test.each<[string, string, boolean]>([
  ["a blank", "", true],
  ["the organisation it was", "S", false],
])(
  "a move into an organisation without a code cannot be seen in an export, only confirmed: %s",
  async (_, code, isConfirmable) => {
    await tenant.import({ kind: "orgs", fromConsole: true }, NAMELESS);
    await tenant.import(exported, [PLACES, ["山田", "yamada@x", "S"], ["佐藤", "sato@x", "S"]]);
    const [org] = await tenant.client.orgs.find({ name: "倉庫" });
    const [yamada] = await tenant.client.users.find({ name: "yamada@x" });
    await tenant.client.users.move({ ids: [yamada?.id ?? ""], org: org?.id ?? "" });
    const number = (await tenant.client.console.list({}))[0]?.number ?? 0;
    const shown: Cells = [PLACES, ["山田", "yamada@x", code], ["佐藤", "sato@x", "S"]];
    const unseen = isConfirmable ? [{ field: "org", header: "組織コード", blank: true }] : [];
    expect(await verify(number, shown)).toMatchObject({ done: false, unseen });
    const confirmed = await verify(number, shown, { confirmMissing: true });
    expect(confirmed).toMatchObject({ task: { state: isConfirmable ? "confirmed" : "open" }, unseen: [] });
  },
);

test("a task with several kinds of records is verified by an export of each kind", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, TREE);
  await tenant.import(exported, [PLACES, ["山田", "yamada@x", ""]]);
  const made = await tenant.import({ kind: "users", createOrgs: true }, [PLACES, ["山田", "yamada@x", "NEW"]]);
  const number = made.change ?? 0;
  expect(await tenant.client.console.show(number)).toMatchObject({
    thing: "user",
    create: 0,
    update: 1,
    delete: 0,
    beside: [{ thing: "org", create: 1, update: 0, delete: 0 }],
  });
  const found = await verify(number, [...TREE, ["NEW", "NEW", ""]], { kind: "orgs" });
  expect(openOf(found)).toEqual(["open", { "yamada@x": ["move", "org"] }]);
  expect(await verify(number, [PLACES, ["山田", "yamada@x", "NEW"]])).toMatchObject({ done: true });
});

test.each([
  ["emails", { emails: ["y2@x"] }],
  ["accountName", { accountName: "yamada" }],
  ["title", { title: "部長" }],
] as const)("a single field of a task can be confirmed: %s", async (field, values) => {
  await tenant.import(exported, MIRROR);
  const [yamada] = await tenant.client.users.find({ name: "yamada@x" });
  const { consoleTask } = await tenant.client.users.edit(yamada?.id ?? "", { ...values, tel: "03-9" });
  const [task] = await tenant.client.console.confirm({ numbers: [consoleTask ?? 0], fields: [field] });
  expect(task?.records.map(({ changes }) => changes.map((one) => one.field))).toEqual([["tel"]]);
});
