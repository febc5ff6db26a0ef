import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { PlanRow, UserEvent } from "../contract/index.ts";
import {
  HistoryModel,
  REFERS,
  ROOT,
  type Did,
  type Kind,
  type ModelRow,
  type Values,
} from "./testing/history-model.ts";
import { failureOf, TestTenant, type Cells } from "./testing/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

interface ImportStep {
  readonly kind: Kind;
  readonly mode: "append" | "replace";
  readonly key: string;
  readonly rows: readonly ModelRow[];
  /** which rows call their parents by path */
  readonly byPath: readonly boolean[];
}
type Step = ImportStep | { readonly undo: number };

/** The keys of a kind: as `--key` has them, and the fields. */
const KEYS: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  orgs: { code: "code" },
  users: { email: "emails", "employee-code": "employeeCode" },
  devices: { serial: "serialNumber", imei: "imei" },
  calendar: { "user-id": "userId" },
};

const CODES = ["A", "B", "C", "D"];
const EMAILS = ["a@x", "b@x", "c@x"];

const ROWS: Readonly<Record<Kind, fc.Arbitrary<ModelRow>>> = {
  orgs: fc.record({
    name: fc.constantFrom("営業", "開発/東"),
    code: fc.constantFrom(...CODES),
    parent: fc.constantFrom("", ...CODES),
  }),
  users: fc.record({
    name: fc.constantFrom("山田", "髙橋"),
    emails: fc.constantFrom(...EMAILS),
    employeeCode: fc.constantFrom("1", "2", "3"),
    orgCode: fc.constantFrom("", ...CODES),
  }),
  devices: fc.record({
    serialNumber: fc.constantFrom("S1", "S2", "S3"),
    imei: fc.constantFrom("1", "2", "3"),
    ownerEmail: fc.constantFrom("", ...EMAILS),
    memo: fc.constantFrom("", "予備"),
  }),
  calendar: fc.record({
    displayName: fc.constantFrom("太郎", "花子"),
    userId: fc.constantFrom("u1", "u2", "u3"),
    description: fc.constantFrom("", "説明"),
    groups: fc.tuple(fc.constantFrom("", "営業", "開発"), fc.constantFrom("", "営業", "総務")),
  }),
};

const someImport = (kind: Kind): fc.Arbitrary<ImportStep> =>
  fc.record({
    kind: fc.constant(kind),
    mode: fc.constantFrom("append", "append", "replace"),
    key: fc.constantFrom(...Object.keys(KEYS[kind])),
    rows: fc.uniqueArray(ROWS[kind], {
      minLength: 1,
      maxLength: 3,
      selector: (row) => row[Object.values(KEYS[kind])[0] ?? ""],
    }),
    byPath: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  });
const someStep: fc.Arbitrary<Step> = fc.oneof(
  ...(["orgs", "users", "devices", "calendar"] as const).map((kind) => someImport(kind)),
  fc.record({ undo: fc.nat({ max: 20 }) }),
  fc.record({ undo: fc.nat({ max: 20 }) }),
);

/** The path of an organisation that stays where it is while the rows are imported; undefined if it may not. */
const steadyPath = (model: HistoryModel, code: string, rows: readonly ModelRow[]): string | undefined => {
  const names: string[] = [];
  for (let at = model.find("orgs", "code", code); at !== ROOT;) {
    const org = at === undefined ? undefined : model.records.orgs.get(at);
    if (org === undefined || rows.some((row) => row["code"] === org["code"])) return undefined;
    names.unshift(String(org["name"]).replaceAll("/", "\\/"));
    at = Number(org["parent"]);
  }
  // of several organisations of one path none can be told by it
  const isOf = ({ name }: Values | ModelRow): boolean => names.includes(String(name).replaceAll("/", "\\/"));
  const isAlone = [...model.records.orgs.values()].filter(isOf).length === names.length && !rows.some(isOf);
  return isAlone ? names.join("/") : undefined;
};

const cellsOf = (model: HistoryModel, { kind, rows, byPath }: ImportStep): Cells => {
  if (kind === "orgs") {
    const header = ["組織名", "組織コード", "上位組織コード", "上位組織パス"];
    const cells = rows.map(({ name, code, parent }, at) => {
      const path = byPath[at] === true ? steadyPath(model, String(parent), rows) : undefined;
      return [String(name), String(code), path === undefined ? String(parent) : "", path ?? ""];
    });
    return [header, ...cells];
  }
  if (kind === "calendar") {
    const header = ["表示名", "ユーザーID", "説明", "グループ名", "グループ名", "パスワード"];
    const cells = rows.map(({ displayName, userId, description, groups }) => {
      const isNew = model.find("calendar", "userId", String(userId)) === undefined;
      return [
        String(displayName),
        String(userId),
        String(description),
        ...[groups ?? []].flat(),
        isNew ? "secret1" : "",
      ];
    });
    return [header, ...cells];
  }
  const header =
    kind === "users"
      ? ["氏名", "メールアドレス", "社員コード", "組織コード"]
      : ["シリアルナンバー", "IMEI番号", "所有者メールアドレス", "メモ"];
  return [header, ...rows.map((row) => Object.values(row).map(String))];
};

/** A value of the model as it is told. */
const shown = (model: HistoryModel, field: string, value: Values[string] | undefined): unknown => {
  if (typeof value === "number") return model.called(value);
  return REFERS[field] === undefined || value === null ? (value ?? null) : value;
};

/** What the model knows that an import did; of an update only what it changed. */
const known = (model: HistoryModel, { action, before, after }: Did) => {
  const all = Object.keys(before ?? after ?? {});
  const isChanged = (field: string): boolean => JSON.stringify(before?.[field]) !== JSON.stringify(after?.[field]);
  const fields = action === "update" ? all.filter(isChanged) : all;
  const of = (values: Values) =>
    Object.fromEntries(fields.toSorted().map((field) => [field, shown(model, field, values[field])]));
  return { action, ...(before && { before: of(before) }), ...(after && { after: of(after) }) };
};

/** The same of a row of an import, or of an event. */
const told = (kind: Kind, row: PlanRow | UserEvent) => {
  const { action, changed, before, after } = row;
  const fields = FIELDS[kind];
  const of = (values: PlanRow["after"]) => {
    const asked = action === "update" ? fields.filter((field) => changed.includes(field)) : fields;
    const found = asked.toSorted().map((field): readonly [string, unknown] => {
      const value = values.find((one) => one.field === field)?.value ?? null;
      // a user ID never changes: it is the key of the row
      if (field === "userId" && "key" in row) return [field, row.key];
      return [field, field === "emails" ? String(value) : value];
    });
    return Object.fromEntries<unknown>(found);
  };
  return {
    action,
    ...(action === "create" ? {} : { before: of(before) }),
    ...(action === "delete" ? {} : { after: of(after) }),
  };
};

const FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  orgs: ["name", "code", "parent"],
  users: ["name", "emails", "employeeCode", "orgCode"],
  devices: ["serialNumber", "imei", "ownerEmail", "memo"],
  calendar: ["displayName", "userId", "description", "groups"],
};

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** All records as they are told, by kind. */
const current = async () => {
  const orgs = await tenant.client.orgs.list();
  const codes = new Map(orgs.map(({ id, code }) => [id, code ?? "全社"]));
  const below = orgs.filter(({ parentId }) => parentId !== null);
  return {
    orgs: below.map(({ name, code, parentId }) => ({ name, code, parent: codes.get(parentId ?? "") })),
    users: (await tenant.users()).map(({ name, emails, employeeCode, org }) => ({
      name,
      emails: String(emails),
      employeeCode,
      orgCode: org.code ?? "全社",
    })),
    devices: (await tenant.devices()).map(({ serialNumber, imei, owner, memo }) => ({
      serialNumber,
      imei,
      ownerEmail: owner?.email ?? null,
      memo,
    })),
    calendar: (await tenant.securedUsers("calendar")).map(({ name, userId, description, groups }) => ({
      displayName: name,
      userId,
      description,
      groups,
    })),
    groups: (await tenant.client.secured.groups("calendar")).map(({ name }) => name),
  };
};

const expectRecords = async (model: HistoryModel): Promise<void> => {
  const { groups, ...records } = await current();
  expect(groups.toSorted()).toEqual([...model.groups].toSorted());
  for (const kind of Object.keys(FIELDS) as Kind[]) {
    const expected = [...model.records[kind].values()].map((values) =>
      Object.fromEntries(FIELDS[kind].map((field) => [field, shown(model, field, values[field])])),
    );
    expect(records[kind].toSorted(byText)).toEqual(expected.toSorted(byText));
  }
};

const expectHistory = async (model: HistoryModel): Promise<void> => {
  for (const { id, kind, did } of model.imports) {
    const rows = (await Array.fromAsync(tenant.client.imports.rows(id))).filter(
      ({ changed, action }) => action !== "update" || changed.length > 0,
    );
    expect(rows.map((row) => told(kind, row)).toSorted(byText)).toEqual(
      did.map((one) => known(model, one)).toSorted(byText),
    );
  }
  const ids = tenant.sql("select id from user union select id from user_was");
  const histories = await Promise.all(ids.map(({ id }) => tenant.client.users.history({ name: String(id) })));
  const events = histories.flat().map((one) => one.events.map((e) => [e.number, told("users", e)]));
  const done = model.imports.filter(({ kind }) => kind === "users");
  const users = [...new Set(done.flatMap(({ did }) => did.map(({ record }) => record)))];
  const expected = users.map((user) =>
    done.flatMap(({ number, did }) =>
      did.filter(({ record }) => record === user).map((one) => [number, known(model, one)]),
    ),
  );
  expect(events.toSorted(byText)).toEqual(expected.toSorted(byText));
};

/** A row that names no parent and no owner who is not there: the tenant would hardly ever take a file. */
const fitting = (model: HistoryModel, rows: readonly ModelRow[], row: ModelRow): ModelRow => {
  const { code, parent, ownerEmail } = row;
  const isThere =
    model.find("orgs", "code", String(parent)) !== undefined || rows.some((one) => one["code"] === parent);
  return {
    ...row,
    ...(parent === undefined || (isThere && parent !== code) ? {} : { parent: "" }),
    ...(ownerEmail === undefined || model.find("users", "emails", String(ownerEmail)) !== undefined
      ? {}
      : { ownerEmail: "" }),
  };
};

/** Imports a file in the tenant and in the model, where the tenant takes it. */
const doImport = async (model: HistoryModel, { rows: some, ...asked }: ImportStep): Promise<void> => {
  const { kind, mode, key } = asked;
  const rows = some.map((row) => fitting(model, some, row));
  const request = {
    kind,
    mode,
    blank: "clear",
    createOrgs: kind === "users",
    createGroups: kind === "calendar",
  } as const;
  const plan = await tenant.plan(
    kind === "users" || kind === "devices" ? { ...request, key: key as "email" | "serial" } : request,
    cellsOf(model, { ...asked, rows }),
  );
  if (plan.rejected) return void (await tenant.client.imports.discard(plan.id));
  await tenant.client.imports.commit(plan);
  model.commit(model.plan(kind, mode, KEYS[kind][key] ?? "", rows), plan);
};

/** Undoes an import where the model says that it can be; else already the plan is refused, and nothing is changed. */
const doUndo = async (model: HistoryModel, at: number): Promise<"undone" | "refused" | "nothing"> => {
  const done = model.imports[at % Math.max(1, model.imports.length)];
  if (done === undefined) return "nothing";
  const undoing = model.undo(done);
  if (undoing === undefined) {
    const before = tenant.dump();
    expect(await failureOf(tenant.client.imports.revert(done.id))).toMatchObject({ code: "conflict" });
    expect(tenant.dump()).toEqual(before);
    return "refused";
  }
  const plan = await tenant.client.imports.revert(done.id);
  const rows = await Array.fromAsync(tenant.client.imports.rows(plan.id));
  const count = (action: string): number => undoing.did.filter((one) => one.action === action).length;
  expect(plan).toMatchObject({ create: count("create"), update: count("update"), delete: count("delete") });
  expect(rows).toHaveLength(undoing.did.length);
  model.commit(undoing, await tenant.client.imports.commit(plan), done);
  return "undone";
};

test("random histories of organisations, users, devices and SECURED APPs users: each import tells what a model knows, and is undone where all stands", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { minLength: 3, maxLength: 14 }), async (steps) => {
      tenant.clear();
      const model = new HistoryModel();
      for (const step of steps) {
        if ("undo" in step) seen.add(await doUndo(model, step.undo));
        else await doImport(model, step);
      }
      await expectRecords(model);
      await expectHistory(model);
    }),
    { numRuns: 40, seed: 20_261_121 },
  );
  expect(seen).toEqual(new Set(["undone", "refused", "nothing"]));
});
