import { undoImport } from "#support/tenant/undo.ts";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { toHistoryParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import type { Import, PlanRow, RecordVersion } from "../operations.ts";
import { failureOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";
import { VersionsCheck } from "#support/tenant/versions.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

const HEADERS = {
  name: "氏名",
  email: "メールアドレス",
  employeeCode: "社員コード",
  title: "役職",
  seat: "座席",
} as const;
type Field = keyof typeof HEADERS;
type Values = Readonly<Record<Field, string>>;
const FIELDS = Object.keys(HEADERS) as readonly Field[];
const FIELD_OF: Readonly<Record<Field, string>> = {
  name: "name",
  email: "emails",
  employeeCode: "employeeCode",
  title: "title",
  seat: "custom",
};

interface Did {
  readonly user: number;
  readonly action: "create" | "update" | "delete";
  readonly before?: Values;
  readonly after?: Values;
}

interface ModelChange {
  readonly did: readonly Did[];
  readonly command: "imports.commit" | "undo" | "users.edit";
}

interface ModelImport {
  readonly id: string;
  readonly did: readonly Did[];
  readonly undid: ModelImport | undefined;
  undone: boolean;
}

/** Users and all imports, one row at a time. */
class Model {
  readonly users = new Map<number, Values>();
  readonly imports: ModelImport[] = [];
  /** edits by hand, too */
  readonly changes: ModelChange[] = [];
  #last = 0;

  plan(rows: readonly Values[], mode: "append" | "replace", key: "email" | "employeeCode"): readonly Did[] {
    const did: Did[] = [];
    const met = new Set<number>();
    const other = key === "email" ? "employeeCode" : "email";
    const keys = new Set(rows.map((row) => row[key]));
    for (const after of rows) {
      const same = [...this.users].filter(([, one]) => one[other] === after[other]);
      const [user, before] = [...this.users].find(([, values]) => values[key] === after[key]) ??
        // a person with another key, of whom the file has no row
        (same.length > 1 ? [] : same).find(([, one]) => !keys.has(one[key])) ?? [(this.#last += 1)];
      met.add(user);
      if (before === undefined) did.push({ user, action: "create", after });
      else if (FIELDS.some((field) => before[field] !== after[field]))
        did.push({ user, action: "update", before, after });
    }
    if (mode === "append") return did;
    const lacking = [...this.users].filter(([user]) => !met.has(user));
    return [...did, ...lacking.map(([user, before]): Did => ({ user, action: "delete", before }))];
  }

  /** What undoing an import does; undefined where a user does not stand as it left them. */
  undo({ did }: ModelImport): readonly Did[] | undefined {
    const undone = did.map(({ user, action, before, after }): Did | undefined => {
      const now = this.users.get(user);
      if (action === "delete")
        return now === undefined ? { user, action: "create", ...(before && { after: before }) } : undefined;
      if (now === undefined || before === undefined) {
        const stands = JSON.stringify(now) === JSON.stringify(after);
        return stands && now !== undefined ? { user, action: "delete", before: now } : undefined;
      }
      const changed = FIELDS.filter((field) => before[field] !== after?.[field]);
      if (changed.some((field) => now[field] !== after?.[field])) return undefined;
      const former = Object.fromEntries(changed.map((field) => [field, before[field]]));
      return { user, action, before: now, after: { ...now, ...former } };
    });
    return undone.includes(undefined) ? undefined : undone.filter((one) => one !== undefined);
  }

  apply(did: readonly Did[], command: ModelChange["command"]): void {
    this.changes.push({ did, command });
    for (const { user, after } of did) {
      if (after === undefined) this.users.delete(user);
      else this.users.set(user, after);
    }
  }

  /** True if what was done leaves no two users with one address. */
  isPossible(did: readonly Did[]): boolean {
    const after = new Map(this.users);
    for (const one of did) {
      if (one.after === undefined) after.delete(one.user);
      else after.set(one.user, one.after);
    }
    const emails = [...after.values()].map(({ email }) => email);
    return new Set(emails).size === emails.length;
  }
}

type Step =
  | { readonly mode: "append" | "replace"; readonly key: "email" | "employeeCode"; readonly rows: readonly Values[] }
  | { readonly undo: number }
  | { readonly edit: number; readonly values: Values };

const someValues: fc.Arbitrary<Values> = fc.record({
  name: fc.constantFrom("山田", "山本"),
  email: fc.constantFrom("a@x", "b@x", "c@x", "d@x"),
  employeeCode: fc.constantFrom("1", "2", "3", "4"),
  title: fc.constantFrom("", "課長", "部長"),
  seat: fc.constantFrom("", "3F"),
});
const someRows = fc
  .uniqueArray(someValues, { minLength: 1, maxLength: 4, selector: ({ email }) => email })
  .map((rows) =>
    rows.filter(({ employeeCode }, at) => rows.findIndex((row) => row.employeeCode === employeeCode) === at),
  );
const someStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    mode: fc.constantFrom("append", "append", "replace"),
    key: fc.constantFrom("email", "email", "employeeCode"),
    rows: someRows,
  }),
  fc.record({ undo: fc.nat({ max: 20 }) }),
  fc.record({ edit: fc.nat({ max: 3 }), values: someValues }),
);

const cellsOf = (rows: readonly Values[]): Cells => [
  Object.values(HEADERS),
  ...rows.map((row) => FIELDS.map((field) => row[field])),
];

/** What a row tells of the model's fields; of an update only of those that it changes. */
const told = ({ action, changed, before, after }: PlanRow) => {
  const value = (values: PlanRow["after"], field: Field): string => {
    const name = field === "seat" ? "custom:座席" : FIELD_OF[field];
    const found = values.find((one) => one.field === name)?.value ?? "";
    return typeof found === "string" ? found : found.join();
  };
  const fields = action === "update" ? FIELDS.filter((field) => changed.includes(FIELD_OF[field])) : FIELDS;
  const of = (values: PlanRow["after"]) => Object.fromEntries(fields.map((field) => [field, value(values, field)]));
  return {
    action,
    ...(action === "create" ? {} : { before: of(before) }),
    ...(action === "delete" ? {} : { after: of(after) }),
  };
};

const known = ({ action, before, after }: Did) => {
  const fields = FIELDS.filter((field) => action !== "update" || before?.[field] !== after?.[field]);
  const of = (values: Values) => Object.fromEntries(fields.map((field) => [field, values[field]]));
  return { action, ...(before && { before: of(before) }), ...(after && { after: of(after) }) };
};

const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const rowsOf = (id: string): Promise<PlanRow[]> => Array.fromAsync(tenant.client.imports.rows(id));

const current = async (): Promise<readonly Values[]> =>
  (await tenant.users())
    .map(({ name, emails, employeeCode, title, custom }) => ({
      name,
      email: String(emails[0]),
      employeeCode: employeeCode ?? "",
      title: title ?? "",
      seat: custom[0]?.value ?? "",
    }))
    .toSorted(byText);

const doImport = async (model: Model, { mode, key, rows }: Extract<Step, { mode: unknown }>): Promise<void> => {
  const plan = await tenant.plan(
    { kind: "users", mode, key: key === "email" ? "email" : "employee-code" },
    cellsOf(rows),
  );
  if (plan.rejected) return void (await tenant.client.imports.discard(plan.id));
  const did = model.plan(rows, mode, key);
  await commit(model, plan, did);
};

const commit = async (model: Model, plan: Import, did: readonly Did[], undid?: ModelImport): Promise<void> => {
  await tenant.client.imports.commit(plan);
  model.apply(did, undid === undefined ? "imports.commit" : "undo");
  model.imports.push({ id: plan.id, did, undid, undone: false });
  if (undid === undefined) return;
  undid.undone = true;
  // what an undone undo had undone stands again
  if (undid.undid !== undefined) undid.undid.undone = false;
};

/** Undoes an import where the model says that it can be; else already the plan is refused. */
const doUndo = async (model: Model, at: number): Promise<void> => {
  const done = model.imports[at % Math.max(1, model.imports.length)];
  if (done === undefined) return;
  const did = done.undone ? undefined : model.undo(done);
  if (did === undefined || !model.isPossible(did)) {
    const before = tenant.dump();
    expect(await failureOf(undoImport(tenant.client, done.id))).toMatchObject({ code: "conflict" });
    expect(tenant.dump()).toEqual(before);
    return;
  }
  await commit(model, await undoImport(tenant.client, done.id), did, done);
};

const doEdit = async (model: Model, { edit, values }: Extract<Step, { edit: unknown }>): Promise<void> => {
  const [user, before] = [...model.users][edit % Math.max(1, model.users.size)] ?? [];
  if (user === undefined || before === undefined || JSON.stringify(before) === JSON.stringify(values)) return;
  const did = [{ user, action: "update", before, after: values } as const];
  if (!model.isPossible(did)) return;
  const { id = "" } = (await tenant.users()).find(({ emails }) => emails[0] === before.email) ?? {};
  const { email, seat, ...texts } = values;
  await tenant.client.users.edit(id, { ...texts, emails: [email], custom: [{ name: HEADERS.seat, value: seat }] });
  model.apply(did, "users.edit");
};

const doStep = (model: Model, step: Step): Promise<void> => {
  if ("undo" in step) return doUndo(model, step.undo);
  return "edit" in step ? doEdit(model, step) : doImport(model, step);
};

const expectImports = async (model: Model): Promise<void> => {
  expect(await current()).toEqual([...model.users.values()].toSorted(byText));
  for (const { id, did } of model.imports) {
    expect((await rowsOf(id)).map(told).toSorted(byText)).toEqual(did.map(known).toSorted(byText));
  }
};

const valuesOf = ({ command, action, changes }: RecordVersion) => {
  const of = (side: "old" | "new") =>
    Object.fromEntries(
      FIELDS.flatMap((field): readonly (readonly [Field, string])[] => {
        const change = changes.find((one) => one.field === (field === "seat" ? "custom:座席" : FIELD_OF[field]));
        if (change === undefined) return action === "update" ? [] : [[field, ""]];
        const value = change[side] ?? "";
        return [[field, Array.isArray(value) ? value.join() : String(value)]];
      }),
    );
  return {
    command,
    action,
    ...(action === "create" ? {} : { before: of("old") }),
    ...(action === "delete" ? {} : { after: of("new") }),
  };
};

const expectVersions = async (model: Model): Promise<void> => {
  const ids = tenant.sql(
    "select pk, id from user union select pk, id from user_version where action = 'delete' order by pk",
  );
  const histories = await Promise.all(ids.map(({ id }) => tenant.client.users.history({ name: String(id) })));
  expect(histories.map((found) => found.length)).toEqual(ids.map(() => 1));
  const users = new Set(model.changes.flatMap(({ did }) => did.map(({ user }) => user)));
  const expected = [...users].map((user) =>
    model.changes.flatMap(({ command, did }) =>
      did.filter((one) => one.user === user).map((one) => ({ command, ...known(one) })),
    ),
  );
  const found = histories.flat().map(({ versions }) => versions.map(valuesOf));
  expect(found.toSorted(byText)).toEqual(expected.toSorted(byText));
  expect(histories.flat().filter(({ deleted }) => !deleted)).toHaveLength(model.users.size);
};

test("an organisation has the same value in plans and histories, by code or by path", async () => {
  tenant.clear();
  const orgs = { kind: "orgs" } as const;
  const header = ["組織名", "組織コード", "上位組織コード", "上位組織パス"];
  await tenant.import(orgs, [header, ["本社", "H", "", ""], ["営業/東", "", "H", ""], ["課", "K", "", "本社"]]);
  const placeIn = (values: PlanRow["after"]) =>
    values.find(({ field, value }) => field.startsWith("parent") && value !== null)?.value;
  const parents = (rows: readonly PlanRow[]) =>
    rows.map(({ key, before, after }) => [key, placeIn(before), placeIn(after)]);
  const moved = await tenant.plan(orgs, [header, ["課", "K", "", "本社/営業\\/東"]]);
  const expected = [["K", "H", "本社/営業\\/東"]];
  expect(parents(await rowsOf(moved.id))).toEqual(expected);
  await tenant.client.imports.commit(moved);
  expect(parents(await rowsOf(moved.id))).toEqual(expected);
  expect(
    await tenant.plan(orgs, [header, ["営業/東", "", "", "本社"], ["課", "K", "", "本社/営業\\/東"]]),
  ).toMatchObject({
    unchanged: 2,
    update: 0,
  });
  const undo = await undoImport(tenant.client, moved.id);
  expect(parents(await rowsOf(undo.id))).toEqual([["K", "本社/営業\\/東", "H"]]);
  await tenant.client.imports.commit(undo);
  expect(parents(await rowsOf(undo.id))).toEqual([["K", "本社/営業\\/東", "H"]]);
});

const ORG_HEADER = ["組織名", "組織コード", "上位組織コード"];

const setBy = async (id: string) =>
  Object.fromEntries(
    (await rowsOf(id)).map(({ key, after, changed }) => [
      key,
      { changed, ...Object.fromEntries(after.map(({ field, value }) => [field, value])) },
    ]),
  );

test("later changes by hand are not shown as an import's: organisations, owners and removed fields", async () => {
  tenant.clear();
  const orgs = await tenant.import({ kind: "orgs" }, [ORG_HEADER, ["本社", "H", ""], ["営業", "S", "H"]]);
  const [root, sales] = (await tenant.client.orgs.list()).filter(({ code }) => code !== null);
  await tenant.client.users.addField({ name: "座席" });
  const users = await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "組織コード", "座席"],
    ["山田", "a@x", "S", "3F"],
    ["佐藤", "b@x", "S", "4F"],
  ]);
  const devices = await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "所有者メールアドレス", "タグ"],
    ["D1", "a@x", "貸出"],
  ]);
  const [yamada, sato] = await tenant.users();
  const ids = (await tenant.client.devices.find({ name: "D1" })).map(({ id }) => id);
  await tenant.client.devices.setOwner({ ids, owner: sato?.id ?? "", ownerOrg: null, wipes: 0 });
  await tenant.client.devices.tag({ ids, add: ["予備"], remove: ["貸出"] });
  await tenant.client.users.edit(yamada?.id ?? "", { custom: [{ name: "座席", value: "5F" }] });
  await tenant.client.users.move({ ids: [yamada?.id ?? "", sato?.id ?? ""], org: root?.id ?? "" });
  await tenant.client.orgs.edit(sales?.id ?? "", { name: "販売" });
  expect(await setBy(devices.id)).toMatchObject({ D1: { ownerEmail: "a@x", tags: ["貸出"] } });
  expect(await setBy(users.id)).toMatchObject({
    "a@x": { orgCode: "S", "custom:座席": "3F" },
    "b@x": { orgCode: "S", "custom:座席": "4F" },
  });
  expect(await setBy(orgs.id)).toMatchObject({ S: { name: "営業", parent: "H" } });
  // the value of a field that another one took the place of is no value of that one
  const [seat] = await tenant.client.users.fields();
  await tenant.client.users.removeField(seat?.id ?? "");
  await tenant.client.users.addField({ name: "座席" });
  expect((await setBy(users.id))["a@x"]).not.toHaveProperty("custom:座席");
});

test("an import shows groups that were deleted by hand as they were", async () => {
  tenant.clear();
  const { secured } = tenant.client;
  const { id } = await tenant.import({ kind: "docs", createGroups: true }, [
    ["表示名", "ユーザーID", "パスワード", "グループ名", "グループ名"],
    ["山田", "yamada", "secret1", "営業", "総務"],
    ["佐藤", "sato", "secret1", "人事", ""],
    ["鈴木", "suzuki", "secret1", "総務", ""],
  ]);
  const groups = new Map((await secured.groups("docs")).map((group) => [group.name, group.id]));
  const idOf = (name: string): string => groups.get(name) ?? "";
  const userId = async (name: string): Promise<string> => (await secured.find("docs", { name }))[0]?.id ?? "";
  await secured.edit({ app: "docs", id: await userId("yamada") }, { groups: ["人事"], displayName: "山本" });
  expect(await setBy(id)).toMatchObject({ yamada: { displayName: "山田", groups: ["営業", "総務"] } });
  await secured.deleteGroups("docs", { ids: [idOf("人事")] });
  await secured.deleteGroups("docs", { ids: [idOf("総務"), idOf("営業")] });
  expect(await setBy(id)).toMatchObject({
    yamada: { displayName: "山田", groups: ["営業", "総務"] },
    sato: { displayName: "佐藤", groups: ["人事"] },
    suzuki: { displayName: "鈴木", groups: ["総務"] },
  });
});

test(
  "random histories of imports, undos and edits: imports and users match a model, and undo works",
  LONG_TIMEOUT,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { minLength: 2, maxLength: 9 }), async (steps) => {
        tenant.clear();
        await tenant.client.users.addField({ name: HEADERS.seat });
        const model = new Model();
        const versions = new VersionsCheck(tenant);
        for (const step of steps) {
          await doStep(model, step);
          versions.expectReplay();
          await expectVersions(model);
        }
        await expectImports(model);
        await versions.expectUndone();
      }),
      toHistoryParameters(20_261_121),
    );
  },
);
