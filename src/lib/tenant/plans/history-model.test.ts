import { undoImport } from "#support/tenant/undo.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectAllEvents, toHistoryParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import type { PlanRow, RecordVersion } from "../api/operations.ts";
import {
  getCustomFieldName,
  HistoryModel,
  REFERENCE_KINDS,
  ROOT_NUMBER,
  type RecordChange,
  type Kind,
  type ModelRow,
  type Values,
} from "#support/tenant/history-model.ts";
import { failureOf, type Cells, openForAllTests } from "#support/tenant/tenant.ts";
import { VersionsCheck } from "#support/tenant/versions.ts";

const tenant = openForAllTests();

interface ImportStep {
  readonly kind: Kind;
  readonly mode: "append" | "replace";
  readonly blank: "clear" | "keep";
  readonly skipInvalid: boolean;
  readonly key: string;
  readonly rows: readonly ModelRow[];
  /** which rows call their parents by path, and which may name what is not there */
  readonly byPath: readonly boolean[];
  readonly unfit: readonly boolean[];
}
interface DeleteStep {
  readonly delete: Kind;
  /** the places of those named, or by which the filter is made */
  readonly whom: readonly number[];
  readonly how: "named" | "recursive";
}
type Step =
  | ImportStep
  | DeleteStep
  | { readonly undo: number }
  /** adds the custom field of a name, or removes it where it is there */
  | { readonly field: string }
  /** marks an administrator, or unmarks where it is one; of users by the place among them */
  | { readonly mark: "users"; readonly whom: number }
  | { readonly mark: "calendar"; readonly whom: string };

/** The keys of a kind: as `--key` has them, and the fields. */
const KEYS: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  orgs: { code: "code" },
  users: { email: "emails", "employee-code": "employeeCode" },
  devices: { serial: "serialNumber", imei: "imei" },
  calendar: { "user-id": "userId" },
};

const CODES = ["A", "B", "C", "D"];
const EMAILS = ["a@x", "b@x", "c@x"];
const IDS = ["u1", "u2", "u3"];
/** names of custom fields, which the model's rows have as fields until their numbers are known */
const SEATS = ["座席", "車"];

const ROWS: Readonly<Record<Kind, fc.Arbitrary<ModelRow>>> = {
  orgs: fc.record({
    name: fc.constantFrom("営業", "開発/東", "総務/西", "人事", "人事", ""),
    code: fc.constantFrom("", "", "", "", ...CODES),
    // a number: the path of one of those without a code
    parent: fc.oneof(fc.constantFrom("", ...CODES), fc.nat({ max: 3 })),
    // a number: the name and the place of one that is there, without its code
    again: fc.oneof(fc.constant(""), fc.constant(""), fc.nat({ max: 3 })),
  }),
  users: fc.record({
    name: fc.constantFrom("山田", "山田", "山田", "髙橋", "髙橋", "髙橋", ""),
    emails: fc.constantFrom(...EMAILS, ...EMAILS, ...EMAILS, ""),
    employeeCode: fc.constantFrom("1", "2", "3", ""),
    orgCode: fc.constantFrom("", ...CODES),
    座席: fc.constantFrom("", "3F", "4F", "5F"),
    車: fc.constantFrom("", "有"),
  }),
  devices: fc.record({
    serialNumber: fc.constantFrom("S1", "S2", "S3"),
    imei: fc.constantFrom("1", "2", "3", ""),
    ownerEmail: fc.constantFrom("", ...EMAILS),
    memo: fc.constantFrom("", "予備"),
  }),
  calendar: fc.record({
    displayName: fc.constantFrom("太郎", "太郎", "花子", "花子", ""),
    userId: fc.constantFrom(...IDS),
    description: fc.constantFrom("", "説明"),
    groups: fc.tuple(fc.constantFrom("", "営業", "開発"), fc.constantFrom("", "営業", "総務")),
  }),
};

const someImport = (kind: Kind): fc.Arbitrary<ImportStep> =>
  fc.record({
    kind: fc.constant(kind),
    mode: fc.constantFrom("append", "append", "replace"),
    blank: fc.constantFrom("clear", "keep"),
    skipInvalid: fc.constantFrom(true, true, false),
    key: fc.constantFrom(...Object.keys(KEYS[kind])),
    rows: fc.uniqueArray(ROWS[kind], {
      minLength: 1,
      maxLength: 3,
      selector: (row) => (kind === "orgs" ? row : row[Object.values(KEYS[kind])[0] ?? ""]),
      comparator: (one, other) => one === other && typeof one === "string",
    }),
    byPath: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    unfit: fc.array(fc.constantFrom(true, false, false, false), { minLength: 3, maxLength: 3 }),
  });

const KINDS = ["orgs", "users", "devices", "calendar"] as const;

const OTHER: Readonly<Partial<Record<Kind, readonly fc.Arbitrary<Step>[]>>> = {
  users: [
    fc.record({ field: fc.constantFrom("座席", ...SEATS) }),
    fc.record({ mark: fc.constant("users"), whom: fc.nat({ max: 1 }) }),
  ],
  calendar: [fc.record({ mark: fc.constant("calendar"), whom: fc.constantFrom(...IDS.slice(1)) })],
};

const someDeletion = (kind: Kind): fc.Arbitrary<DeleteStep> =>
  fc.record({
    delete: fc.constant(kind),
    whom: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1, maxLength: 2 }),
    how: fc.constantFrom("named", kind === "orgs" ? "recursive" : "named"),
  });

/** The last imports are undone most. */
const someUndo: fc.Arbitrary<Step> = fc.record({ undo: fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: 20 })) });

const someSteps = fc
  .subarray([...KINDS], { minLength: 1, maxLength: 3 })
  .chain((kinds) =>
    fc.array(
      fc.oneof(
        ...kinds.map((kind) => ({ arbitrary: someImport(kind), weight: 4 })),
        ...kinds.map((kind) => ({ arbitrary: someDeletion(kind), weight: 1 })),
        ...kinds.flatMap((kind) => OTHER[kind] ?? []).map((arbitrary) => ({ arbitrary, weight: 2 })),
        { arbitrary: someUndo, weight: 4 },
      ),
      { minLength: 4, maxLength: 16, size: "max" },
    ),
  );

/** The path of an organisation that stays where it is while the rows are imported; undefined if it may not. */
const steadyPath = (model: HistoryModel, record: number | undefined, rows: readonly ModelRow[]): string | undefined => {
  const names: string[] = [];
  for (let at = record; at !== ROOT_NUMBER;) {
    const org = at === undefined ? undefined : model.records.orgs.get(at);
    if (org === undefined || rows.some((row) => row["code"] === org["code"])) return undefined;
    names.push(String(org["name"]));
    at = Number(org["parent"]);
  }
  // of several organisations of one path none can be told by it
  const isOf = ({ name }: Values | ModelRow): boolean => names.includes(String(name));
  const isAlone = [...model.records.orgs.values()].filter(isOf).length === names.length && !rows.some(isOf);
  return isAlone && record !== undefined ? model.pathOf(record) : undefined;
};

const cellsOf = (model: HistoryModel, { kind, rows, byPath }: ImportStep): Cells => {
  if (kind === "orgs") {
    const header = ["組織名", "組織コード", "上位組織コード", "上位組織パス"];
    const cells = rows.map(({ name, code, parent }, at) => {
      const isByPath = typeof parent === "number" || byPath[at] === true;
      const above = typeof parent === "number" ? parent : model.find("orgs", "code", String(parent));
      const path = isByPath ? steadyPath(model, above, rows) : undefined;
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
        ...[groups ?? []].flat().map(String),
        isNew ? "secret1" : "",
      ];
    });
    return [header, ...cells];
  }
  const header =
    kind === "users"
      ? ["氏名", "メールアドレス", "社員コード", "組織コード", ...model.fields.values()]
      : ["シリアルナンバー", "IMEI番号", "所有者メールアドレス", "メモ"];
  return [header, ...rows.map((row) => Object.values(row).map(String))];
};

type Called = ReturnType<HistoryModel["called"]>;

const shown = (field: string, value: Values[string] | undefined, called: Called): unknown => {
  if (typeof value === "number") return called.get(value);
  return REFERENCE_KINDS[field] === undefined || value === null ? (value ?? null) : value;
};

const named = (model: HistoryModel, fields: readonly string[], values: Values, called: Called) => {
  const custom = new Map([...model.fields].map(([number, name]) => [getCustomFieldName(number), `custom:${name}`]));
  const pairs = fields.flatMap((field): readonly (readonly [string, unknown])[] => {
    const name = custom.get(field);
    const value = shown(field, values[field], called);
    if (name === undefined) return [[field, value]];
    return value === null ? [] : [[name, value]];
  });
  return Object.fromEntries<unknown>(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

/** What the model knows that an import did; of an update only what it changed. References have their present texts. */
const known = (model: HistoryModel, { action, before, after }: RecordChange) => {
  const all = new Set(Object.keys({ ...before, ...after }));
  const valueIn = (values: Values | undefined, field: string): string => JSON.stringify(values?.[field] ?? null);
  const isChanged = (field: string): boolean => valueIn(before, field) !== valueIn(after, field);
  const fields = [...all].filter((field) => action !== "update" || isChanged(field));
  const of = (values: Values) => named(model, fields, values, model.called());
  return { action, ...(before && { before: of(before) }), ...(after && { after: of(after) }) };
};

const told = (kind: Kind, row: PlanRow) => {
  const { action, changed, before, after } = row;
  const fields = FIELDS[kind];
  const of = (values: PlanRow["after"]) => {
    const asked = action === "update" ? fields.filter((field) => changed.includes(field)) : fields;
    // of an update the custom fields that it changed are told with what they were
    const custom = (action === "update" ? before : values).flatMap(({ field }) =>
      field.startsWith("custom:") && values.some((one) => one.field === field && one.value !== null) ? [field] : [],
    );
    const found = [...asked, ...custom].toSorted().map((field): readonly [string, unknown] => {
      const value = values.find((one) => one.field === field)?.value ?? null;
      // a user ID never changes: it is the key of the row
      if (field === "userId") return [field, row.key];
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

const current = async () => {
  const orgs = await Array.fromAsync(tenant.client.orgs.list());
  const calledOf = ({ code, path }: { readonly code: string | null; readonly path: string }): string =>
    code ?? (path === "" ? "全社" : path);
  const called = new Map(orgs.map((org) => [org.id, calledOf(org)]));
  const below = orgs.filter(({ parentId }) => parentId !== null);
  return {
    orgs: below.map(({ name, code, parentId }) => ({ name, code, parent: called.get(parentId ?? "") })),
    users: (await tenant.users()).map(({ name, emails, employeeCode, org, custom }) => ({
      name,
      emails: String(emails),
      employeeCode,
      orgCode: calledOf(org),
      ...Object.fromEntries(custom.map(({ name: field, value }) => [`custom:${field}`, value])),
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
  const called = model.called();
  expect(groups.toSorted()).toEqual([...model.groups].toSorted());
  for (const kind of Object.keys(FIELDS) as Kind[]) {
    const custom = kind === "users" ? [...model.fields.keys()].map(getCustomFieldName) : [];
    const expected = [...model.records[kind].values()].map((values) =>
      named(model, [...FIELDS[kind], ...custom], values, called),
    );
    const sorted = records[kind].map((record) =>
      Object.fromEntries(Object.entries<unknown>(record).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    );
    expect(sorted.toSorted(byText)).toEqual(expected.toSorted(byText));
  }
};

const expectHistory = async (model: HistoryModel): Promise<void> => {
  for (const { id, kind, did } of model.imports) {
    const rows = (await Array.fromAsync(tenant.client.imports.rows(id))).filter(
      ({ thing, changed, action }) => thing === undefined && (action !== "update" || changed.length > 0),
    );
    const own = did.filter((row) => row.kind === kind);
    const expected = own.map((row) => known(model, row));
    // of an update that concerned removed custom fields only nothing is left to tell
    const isLeft = ({ action, before = {}, after = {} }: (typeof expected)[number]): boolean =>
      action !== "update" || Object.keys({ ...before, ...after }).length > 0;
    expect(rows.map((row) => told(kind, row)).toSorted(byText)).toEqual(expected.filter(isLeft).toSorted(byText));
  }
  await expectVersions(model);
};

const PLAIN = ["name", "emails", "employeeCode"] as const;

/** What a version tells of the model's fields; of the organisation only whether there is another one. */
const versionFields = ({ action, changes }: RecordVersion) => {
  const values = PLAIN.flatMap((field) =>
    changes
      .filter((change) => change.field === field)
      .map(({ old, new: value }) => [field, ...[old, value].map((one) => (one === null ? null : String(one)))]),
  );
  return { action, values, isMoved: changes.some(({ field }) => field === "org") };
};

const knownFields = ({ action, before, after }: RecordChange) => {
  const values = PLAIN.flatMap((field) => {
    const [old, value] = [before?.[field] ?? null, after?.[field] ?? null];
    return old === value ? [] : [[field, old, value]];
  });
  return { action, values, isMoved: before?.["orgCode"] !== after?.["orgCode"] };
};

const expectVersions = async (model: HistoryModel): Promise<void> => {
  const ids = tenant.sql("select id from user union select id from user_version where action = 'delete'");
  const histories = await Promise.all(ids.map(({ id }) => tenant.client.users.history({ name: String(id) })));
  const numbers = new Map(
    tenant
      .sql("select i.id, c.number from import i join change c on c.revision = i.revision")
      .map(({ id, number }) => [id, Number(number)]),
  );
  const done = model.imports.filter(({ kind }) => kind === "users");
  const changes = new Set(done.map(({ id }) => numbers.get(id)));
  const isKnown = ({ values, isMoved }: ReturnType<typeof knownFields>): boolean => values.length > 0 || isMoved;
  const found = histories.flat().map(({ versions }) =>
    versions
      .filter(({ number }) => number !== null && changes.has(number))
      .map((version) => ({ number: version.number, ...versionFields(version) }))
      .filter(isKnown),
  );
  const users = [...new Set(done.flatMap(({ did }) => did.map(({ record }) => record)))];
  const expected = users.map((user) =>
    done.flatMap(({ id, did }) =>
      did
        .filter(({ record }) => record === user)
        .map((one) => ({ number: numbers.get(id), ...knownFields(one) }))
        .filter(isKnown),
    ),
  );
  expect(found.toSorted(byText)).toEqual(expected.toSorted(byText));
};

const grounded = (model: HistoryModel, row: ModelRow): ModelRow => {
  if ("again" in row) return groundedOrg(model, row);
  const cells = Object.entries(row).filter(([field]) => !SEATS.includes(field));
  const custom = [...model.fields].map(([number, name]) => [getCustomFieldName(number), row[name] ?? ""] as const);
  return Object.fromEntries([...cells, ...("orgCode" in row ? custom : [])]);
};

const groundedOrg = (model: HistoryModel, { again, ...row }: ModelRow): ModelRow => {
  const { orgs } = model.records;
  const picked = <T>(all: readonly T[], at: ModelRow[string] | undefined): T | undefined =>
    typeof at === "number" ? all[at % Math.max(1, all.length)] : undefined;
  const org = picked([...orgs.values()], again);
  if (org !== undefined) {
    const parent = Number(org["parent"]);
    const named = parent === ROOT_NUMBER ? "" : (orgs.get(parent)?.["code"] ?? parent);
    return { name: String(org["name"]), code: "", parent: named };
  }
  const { parent = "" } = row;
  const plain = [...orgs].filter(([, { code }]) => code === null).map(([record]) => record);
  return { ...row, parent: typeof parent === "number" ? (picked(plain, parent) ?? "") : parent };
};

/** A row as a file can have it: without a parent that has no code, and may be elsewhere once the file is imported. */
const writable = (model: HistoryModel, rows: readonly ModelRow[], row: ModelRow): ModelRow => {
  const { parent } = row;
  return typeof parent === "number" && steadyPath(model, parent, rows) === undefined ? { ...row, parent: "" } : row;
};

/** A row that names no parent and no owner who is not there: the tenant would hardly ever take a file. */
const fitting = (model: HistoryModel, rows: readonly ModelRow[], row: ModelRow): ModelRow => {
  const { code, parent, ownerEmail } = row;
  const isThere =
    typeof parent === "number" ||
    model.find("orgs", "code", String(parent)) !== undefined ||
    rows.some((one) => one["code"] === parent);
  return {
    ...row,
    ...(parent === undefined || (isThere && parent !== code) ? {} : { parent: "" }),
    ...(ownerEmail === undefined || model.find("users", "emails", String(ownerEmail)) !== undefined
      ? {}
      : { ownerEmail: "" }),
  };
};

const doImport = async (model: HistoryModel, step: ImportStep): Promise<string> => {
  const { kind, key, skipInvalid, mode, blank } = step;
  const named = step.rows.map((row) => grounded(model, row));
  const all = named.map((row) => writable(model, named, row));
  const fit = all.map((row, at) => (step.unfit[at] === true ? row : fitting(model, all, row)));
  // blank rows are as if they were not there
  const rows = fit.filter((row) => Object.values(row).some((cell) => cell !== ""));
  const request = {
    kind,
    mode,
    blank,
    skipInvalid,
    createOrgs: kind === "users",
    createGroups: kind === "calendar",
  } as const;
  const cells = cellsOf(model, { ...step, rows });
  const plan = await tenant.plan(
    kind === "users" || kind === "devices" ? { ...request, key: key as "email" | "serial" } : request,
    cells,
  );
  if (plan.rejected) {
    await tenant.client.imports.discard(plan.id);
    return "rejected";
  }
  const lines = cells.slice(1).map(String);
  // organisations with a code that are in the file twice
  const repeated = [...rows.keys()].filter((at) => rows[at]?.["code"] && lines.indexOf(lines[at] ?? "") < at);
  const invalid = new Set([...(await tenant.errors(plan)).map(({ row }) => row - 2), ...repeated]);
  await tenant.client.imports.commit(plan);
  model.commit(model.plan({ kind, mode, blank, key: KEYS[kind][key] ?? "", invalid }, rows), plan);
  return invalid.size > 0 ? "skipped" : blank;
};

const NAMED: Readonly<Record<Kind, string>> = {
  orgs: "code",
  users: "emails",
  devices: "serialNumber",
  calendar: "userId",
};

const idOf = async (model: HistoryModel, kind: Kind, record: number): Promise<string | undefined> => {
  const key = model.records[kind].get(record)?.[NAMED[kind]] ?? null;
  const name = String(key ?? model.pathOf(record));
  // a path that is the code of another organisation means that one
  if (key === null && model.find(kind, NAMED[kind], name) !== undefined) return undefined;
  const { calendar, ...others } = { calendar: tenant.client.secured, ...tenant.client };
  const found = kind === "calendar" ? await calendar.find(kind, { name }) : await others[kind].find({ name });
  return found.length === 1 ? found[0]?.id : undefined;
};

/** What a step takes, by kind, and how it is asked for; undefined where there is nothing, or nothing names it alone. */
const askedFor = async (model: HistoryModel, { delete: kind, whom, how }: DeleteStep) => {
  /** The id of a record of the model; undefined where nothing names it alone. */
  const all = [...model.records[kind]];
  const picked = whom.flatMap((at) => all[at]?.[0] ?? []);
  if (picked.length === 0) return undefined;
  const ids = await Promise.all(picked.map((record) => idOf(model, kind, record)));
  const known = ids.filter((id) => id !== undefined);
  if (known.length < ids.length) return undefined;
  if (how === "named") return { gone: [[kind, picked]] as const, request: { kind, ids: known } };
  const orgs = [...new Set(picked.flatMap((record) => model.subtree(record)))];
  const within = ([, { orgCode }]: readonly [number, Values]): boolean => orgs.includes(Number(orgCode));
  const users = [...model.records.users].filter(within).map(([record]) => record);
  const gone = [["orgs", orgs] as const, ...(users.length > 0 ? [["users", users] as const] : [])];
  return { gone, request: { kind, ids: known, recursive: true } };
};

const doDelete = async (model: HistoryModel, step: DeleteStep): Promise<string> => {
  const asked = await askedFor(model, step);
  if (asked === undefined) return "nothing";
  const done = model.deletion(asked.gone);
  if (done === undefined) {
    const before = tenant.dump();
    expect(await failureOf(tenant.client.imports.delete(asked.request))).toMatchObject({ code: "input-rejected" });
    expect(tenant.dump()).toEqual(before);
    return "held";
  }
  const plan = await tenant.client.imports.delete(asked.request);
  const counts = [plan.delete, ...(plan.beside ?? []).map((one) => one.delete)];
  expect(counts).toEqual(asked.gone.map(([, records]) => records.length));
  await tenant.client.imports.commit(plan);
  model.commit(done, plan);
  return step.how;
};

const doField = async (model: HistoryModel, name: string): Promise<string> => {
  const [number] = [...model.fields].find(([, one]) => one === name) ?? [];
  if (number === undefined) {
    await tenant.client.users.addField({ name });
    model.addField(name);
    return "added";
  }
  const fields = await tenant.client.users.fields();
  await tenant.client.users.removeField(fields.find((field) => field.name === name)?.id ?? "");
  model.removeField(number);
  return "removed";
};

const doMark = async (model: HistoryModel, step: Extract<Step, { mark: unknown }>): Promise<string> => {
  const { mark: kind } = step;
  const users = kind === "users" ? await tenant.users() : [];
  const key = kind === "users" ? users.map(({ emails }) => String(emails[0])).toSorted()[step.whom] : step.whom;
  if (key === undefined) return "nobody";
  const record = model.find(kind, kind === "users" ? "emails" : "userId", key);
  const isOne = record === undefined || !model.administrators.has(record);
  const { administrators } = tenant.client;
  const marked = (await administrators.list(kind)).administrators;
  expect(marked.some((one) => one.key === key)).toBe(!isOne);
  const id = [...users.filter(({ emails }) => emails[0] === key), ...marked.filter((one) => one.key === key)][0]?.id;
  await tenant.mark(kind, [id ?? key], isOne);
  model.mark(kind, key, isOne);
  return isOne ? "marked" : "unmarked";
};

const doUndo = async (model: HistoryModel, at: number): Promise<"undone" | "refused" | "nothing"> => {
  const done = model.imports.at(-1 - (at % Math.max(1, model.imports.length)));
  if (done === undefined || done.isUndo) return "nothing";
  const undoing = model.undo(done);
  if (undoing === undefined) {
    const before = tenant.dump();
    expect(await failureOf(undoImport(tenant.client, done.id))).toMatchObject({ code: "conflict" });
    expect(tenant.dump()).toEqual(before);
    return "refused";
  }
  const plan = await undoImport(tenant.client, done.id);
  const rows = await Array.fromAsync(tenant.client.imports.rows(plan.id));
  const own = undoing.did.filter((one) => one.kind === undoing.kind);
  const count = (action: string): number => own.filter((one) => one.action === action).length;
  expect(plan).toMatchObject({ create: count("create"), update: count("update"), delete: count("delete") });
  expect(rows.filter(({ thing }) => thing === undefined)).toHaveLength(own.length);
  model.commit(undoing, await tenant.client.imports.commit(plan), done);
  return "undone";
};

test(
  "random histories of all kinds of records: imports match a model, and untouched ones can be undone",
  LONG_TIMEOUT,
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(someSteps, async (steps) => {
        tenant.clear();
        const model = new HistoryModel();
        const versions = new VersionsCheck(tenant);
        for (const step of steps) {
          if ("undo" in step) seen.add(await doUndo(model, step.undo));
          else if ("field" in step) seen.add(await doField(model, step.field));
          else if ("mark" in step) seen.add(await doMark(model, step));
          else if ("delete" in step) seen.add(await doDelete(model, step));
          else seen.add(await doImport(model, step));
          versions.expectReplay();
        }
        await expectRecords(model);
        await expectHistory(model);
        await versions.expectUndone();
      }),
      toHistoryParameters(20_261_121),
    );
    const done = ["undone", "refused", "nothing", "rejected", "skipped", "clear", "keep"];
    const others = ["added", "removed", "marked", "unmarked", "nobody", "named", "recursive", "held"];
    expectAllEvents(seen, [...done, ...others]);
  },
);
