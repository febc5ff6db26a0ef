import { undoImport } from "#support/tenant/undo.ts";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import { failureOf, type Cells, type Request, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();
beforeEach(() => tenant.clear());

const orgs = { kind: "orgs" } as const;
const HEADER = ["組織名", "組織コード", "上位組織コード", "上位組織パス"];

const paths = async () =>
  (await Array.fromAsync(tenant.client.orgs.list())).map(
    ({ path, code }) => `${path}${code === null ? "" : `=${code}`}`,
  );

test("creates a tree in any order, then moves, renames and swaps codes in it", async () => {
  await tenant.import(orgs, [HEADER, ["課", "", "", "本社/部"], ["部", "B", "H", ""], ["本社", "H", "", ""]]);
  expect(await paths()).toEqual(["", "本社=H", "本社/部=B", "本社/部/課"]);
  const done = await tenant.import(orgs, [HEADER, ["部", "H", "", ""], ["本社", "B", "H", ""]]);
  expect(done).toMatchObject({ create: 0, update: 2 });
  expect(await paths()).toContain("部=H");
  await tenant.client.imports.commit(await undoImport(tenant.client, done.id));
  expect(await paths()).toEqual(["", "本社=H", "本社/部=B", "本社/部/課"]);
});

test("the root is never deleted, and organisations that still have users are named", async () => {
  await tenant.import(orgs, [HEADER, ["本社", "H", "", ""], ["部", "B", "H", ""], ["空", "E", "", ""]]);
  await tenant.import({ kind: "users" }, "氏名,メールアドレス,組織コード\n山田,a@x,B");
  const plan = await tenant.plan({ ...orgs, mode: "replace" }, [HEADER, ["新", "N", "", ""]]);
  expect(await tenant.problems(plan)).toMatchObject([
    { code: "delete-held", row: 0, params: { name: "部 <B>", count: 1, of: "user" } },
  ]);
  expect(plan).toMatchObject({ create: 1, delete: 3, rejected: true });
  const kept = await tenant.plan({ ...orgs, mode: "replace" }, [HEADER, ["部", "B", "", "空"]]);
  expect(await tenant.problems(kept)).toMatchObject([
    { code: "delete-held", params: { name: "空 <E>", count: 1, of: "org" } },
  ]);
  await tenant.import({ ...orgs, mode: "replace", blank: "clear" }, [HEADER, ["部", "B", "", ""]]);
  expect(await paths()).toEqual(["", "部=B"]);
});

test.each([[[]], [[HEADER]]])("a file without rows (%j) is rejected only because it has none", async (rows) => {
  await tenant.import(orgs, [HEADER, ["本社", "H", "", ""], ["部", "B", "H", ""]]);
  await tenant.import({ kind: "users" }, "氏名,メールアドレス,組織コード\n山田,a@x,B");
  const plan = await tenant.plan({ ...orgs, mode: "replace" }, rows);
  expect((await tenant.problems(plan)).map(({ code }) => code)).toEqual([
    rows.length === 0 ? "file-empty" : "file-no-rows",
  ]);
  expect(plan).toMatchObject({ delete: 0, rejected: true });
});

test("a row below an organisation without a name is not committed without its parent", async () => {
  const plan = await tenant.plan({ ...orgs, blank: "keep", skipInvalid: true }, [
    HEADER,
    ["", "N", "", ""],
    ["x", "X", "N", ""],
    ["y", "Y", "", ""],
  ]);
  expect(await tenant.faults(plan)).toEqual(["org-parent-unknown@3", "required-new@2"]);
  expect((await tenant.reasons(plan))[0]).toEqual({
    en: "組織名 must not be blank for a new organisation",
    ja: "新しい組織では組織名を空にできません",
  });
  await tenant.client.imports.commit(plan);
  expect(await paths()).toEqual(["", "y=Y"]);
});

const TREE: Cells = [HEADER, ["本社", "H", "", ""], ["部", "A", "H", ""], ["課", "B", "A", ""]];
/** New organisations, a new name, exchanged codes, and a department without a code. */
const REORGANISED: Cells = [
  HEADER,
  ["本部", "H", "", ""],
  ["課", "A", "B", ""],
  ["部", "B", "N", ""],
  ["新部", "N", "H", ""],
  ["新課", "", "", "本部/新部"],
];
const PEOPLE: Cells = [
  ["氏名", "メールアドレス", "組織コード"],
  ["山田", "a@x", "本部/新部/新課"],
  ["佐藤", "b@x", "新部"],
  ["鈴木", "c@x", "B"],
];

test("organisations and the users in them are one plan, one change and one undo", async () => {
  await tenant.import(orgs, TREE);
  await tenant.import({ kind: "users" }, [PEOPLE[0] ?? [], ["鈴木", "c@x", "A"]]);
  const before = tenant.dump();
  const beside = await tenant.plan(orgs, REORGANISED);
  const plan = await tenant.plan({ kind: "users", orgBy: "name", orgs: beside.id }, PEOPLE);
  expect(tenant.dump()).toEqual(before);
  expect(plan).toMatchObject({ create: 2, update: 1, invalid: 0, beside: [{ thing: "org", create: 2, update: 3 }] });
  const rows = await Array.fromAsync(tenant.client.imports.rows(plan.id));
  expect(rows.map(({ thing, key }) => `${thing ?? ""} ${key}`)).toEqual([
    ...["H", "A", "B", "N", "新課"].map((key) => `org ${key}`),
    " a@x",
    " b@x",
    " c@x",
  ]);
  expect(rows.at(-2)?.after).toContainEqual({ field: "orgCode", value: "N" });
  // other people have changed since
  await tenant.import({ kind: "users" }, "メールアドレス,氏名,役職\nd@x,高橋,部長");
  const revised = tenant.dump();
  const done = await tenant.client.imports.commit(await tenant.client.imports.show(plan.id));
  expect((await tenant.client.imports.list()).filter(({ state }) => state === "planned")).toEqual([]);
  expect(await paths()).toEqual(["", "本部=H", "本部/新部=N", "本部/新部/部=B", "本部/新部/部/課=A", "本部/新部/新課"]);
  const places = (await tenant.users()).map(({ name, org }) => `${name} ${org.path}`);
  expect(places).toEqual(["鈴木 本部/新部/部", "高橋 ", "山田 本部/新部/新課", "佐藤 本部/新部"]);
  await tenant.client.imports.commit(await undoImport(tenant.client, done.id));
  expect(tenant.dump()).toEqual(revised);
});

test("a plan beside organisations ends with them, and is refused if they have changed", async () => {
  await tenant.import(orgs, TREE);
  const beside = await tenant.plan(orgs, REORGANISED);
  const request = { kind: "users", orgBy: "name", orgs: beside.id } as const;
  const [first, plan] = [await tenant.plan(request, PEOPLE), await tenant.plan(request, PEOPLE)];
  await tenant.client.imports.discard(first.id);
  await tenant.client.orgs.create({ name: "室" });
  expect(await failureOf(tenant.client.imports.commit(plan))).toMatchObject({ code: "conflict" });
  expect((await tenant.client.imports.show(beside.id)).state).toBe("discarded");
  expect(await failureOf(tenant.plan(request, PEOPLE))).toMatchObject({ code: "conflict" });
  const replacing = await tenant.plan({ ...orgs, mode: "replace" }, TREE);
  const refused = await failureOf(tenant.plan({ ...request, orgs: replacing.id }, PEOPLE));
  expect(refused).toMatchObject({ code: "input-rejected", where: "json.orgs" });
  expect(await paths()).toHaveLength(5);
});

test("a kept plan finds its new parents although other organisations were created since", async () => {
  await tenant.import(orgs, [HEADER, ["本社", "H", "", ""]]);
  const file = [
    HEADER,
    ["課", "", "", "支社/本社/部"],
    ["部", "", "H", ""],
    ["本社", "H", "", "支社"],
    ["支社", "", "", ""],
  ];
  const plan = await tenant.plan(orgs, file);
  await tenant.client.orgs.create({ name: "室" });
  await tenant.client.imports.commit(await tenant.client.imports.show(plan.id));
  expect(await paths()).toEqual(["", "室", "支社", "支社/本社=H", "支社/本社/部", "支社/本社/部/課"]);
  const later = await tenant.plan(orgs, [HEADER, ["係", "", "", "支社"]]);
  await tenant.client.orgs.edit((await tenant.client.orgs.find({ name: "支社" }))[0]?.id ?? "", { name: "支店" });
  expect(await failureOf(tenant.client.imports.commit(later))).toMatchObject({ code: "conflict" });
});

const cell = (...values: string[]) => fc.constantFrom(...values);
const someFile: fc.Arbitrary<Cells> = fc
  .array(
    fc.tuple(
      cell("a", "b", "c", "a/b", ""),
      cell("", "", "1", "2", "3"),
      cell("", "", "1", "2", "9"),
      cell("", "", "a", "a/b", "a\\/b"),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((rows) => [HEADER, ...rows]);
const someRequest: fc.Arbitrary<Request> = fc.record({
  kind: fc.constant("orgs" as const),
  mode: fc.constantFrom("append", "replace"),
  blank: fc.constantFrom("clear", "keep"),
  skipInvalid: fc.boolean(),
});

const expectOneTree = (): void => {
  const reached = tenant.sql(`with recursive below(pk) as (select pk from org where parent is null
    union select org.pk from org join below on org.parent = below.pk) select count(*) as n from below`);
  expect(reached).toEqual(tenant.sql("select count(*) as n from org"));
  expect(tenant.sql("select pk from org where parent is null")).toHaveLength(1);
};

test(
  "for any files, there is one tree, the same file again changes nothing, and imports can be undone",
  LONG_TIMEOUT,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(someRequest, someFile), { minLength: 1, maxLength: 4 }), async (steps) => {
        tenant.clear();
        for (const [request, file] of steps) await takeStep(request, file);
      }),
      toPropertyParameters(80, 20_260_401),
    );
  },
);

const takeStep = async (request: Request, file: Cells): Promise<void> => {
  const before = tenant.dump();
  const plan = await tenant.plan(request, file);
  expect(tenant.dump()).toEqual(before);
  if (plan.rejected) return;
  await tenant.client.imports.commit(plan);
  expectOneTree();
  expect(before["org"]?.length).toBe((tenant.dump()["org"]?.length ?? 0) - plan.create + plan.delete);
  const again = await tenant.plan(request, file);
  if (plan.invalid === 0) expect(again).toMatchObject({ create: 0, update: 0, delete: 0, invalid: 0 });
  const after = tenant.dump();
  await tenant.client.imports.commit(await undoImport(tenant.client, plan.id));
  expect(tenant.dump()).toEqual(before);
  await tenant.import(request, file);
  expect(tenant.dump()["org"]?.map(({ name, code }) => [name, code])).toEqual(
    after["org"]?.map(({ name, code }) => [name, code]),
  );
};
