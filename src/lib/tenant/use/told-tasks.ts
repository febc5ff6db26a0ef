import type { ConsoleTask } from "../../contract/index.ts";
import { kindOf } from "../../imports/kinds.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../model/account.ts";
import { FORMATS } from "../../model/formats.ts";
import { formatOrgPath, ORG, parseOrgPath } from "../../model/organisation.ts";
import { SCHEME } from "../../model/scheme.ts";
import { SECURED_GROUP } from "../../model/secured-user.ts";
import type { Thing } from "../../model/thing.ts";
import { formerValues, goneRecords, listTasks, renamedDeletions, type FormerValues } from "../store/console.ts";
import type { List } from "../store/lists.ts";
import { recordsWith } from "../store/lists.ts";
import { namedByImport, type NamedByImport } from "../store/imports/named.ts";
import { restoredBeside } from "../store/imports/restored.ts";
import type { Reader } from "../store/store.ts";
import { toldField, type HandChange } from "./hand-tasks.ts";

type Noun = Pick<HandChange["noun"], "readAs"> & { readonly list: List };

/** The records of tasks by hand, and how people read them; each list is loaded once it is asked for. */
const nounOf = async ({ kind, thing }: Pick<ConsoleTask, "kind" | "thing">): Promise<Noun> => {
  const { app } = FORMATS[kind];
  if (thing === SCHEME.name) return (await import("./schemes.ts")).HAND_SCHEMES;
  if (app !== undefined) {
    const { securedGroups, securedUsers } = await import("../store/secured.ts");
    return { list: thing === SECURED_GROUP.name ? securedGroups(app) : securedUsers(app) };
  }
  if (kind === "orgs") return (await import("./orgs.ts")).HAND_ORGS;
  if (kind === "devices") return { list: (await import("../store/devices.ts")).DEVICES };
  if (thing === ACCOUNT_SETTINGS.name) return (await import("./accounts/accounts.ts")).HAND_SETTINGS;
  if (thing === ACCOUNT.name) return (await import("./accounts/accounts.ts")).HAND_ACCOUNTS;
  return { list: (await import("../store/users.ts")).USERS };
};

/** Maximum number of records that a task names. */
const MAX_RESTORED = 5;

/** Tasks with what the records have that an undoing brought back, as people read it. */
const withRestored = (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> =>
  Promise.all(
    tasks.map(async (task) => {
      const { state, work, kind, create, importId } = task;
      if (state !== "open" || work !== "undo" || create === 0 || importId === null) return task;
      const beside = await restoredBeside(reader, kind, { undo: importId, most: MAX_RESTORED });
      const noun = { kind, ...(await nounOf(task)) };
      const ids = beside.map(({ id }) => id);
      const records = await recordsWith(reader, noun.list, ids);
      const restored = beside.flatMap(({ id, secrets }) => {
        const record = records.find((one: { readonly id?: unknown }) => one.id === id);
        return record === undefined ? [] : [restoredOf(reader, noun, record, secrets)];
      });
      return { ...task, restored: await Promise.all(restored) };
    }),
  );

const restoredOf = async (
  reader: Reader,
  noun: HandChange["noun"],
  record: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): Promise<ConsoleTask["restored"][number]> => {
  const { thing } = noun.list;
  const { namedBy = "name" } = thing;
  const told: ConsoleTask["restored"][number]["changes"] = [];
  for (const { field } of kindOf(FORMATS[noun.kind]).unfiled) {
    const { told: after } = await toldField(reader, noun, record, field);
    if (after !== null) told.push({ field, before: null, after: mutable(after) });
  }
  return {
    id: String(record["id"]),
    name: String(record[thing.fields[namedBy]?.shownAs ?? namedBy]),
    key: keyOf(thing, { work: "create", changes: [] }, record),
    changes: [...told, ...secrets.map((field) => ({ field, before: null, after: null }))],
  };
};

/**
 * Tasks of the console with what tells their records apart, and with the values that these have by now, where those of an
 * open task by hand were changed again since.
 */
const byNow = async (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> => {
  const byHand = tasks.filter(({ objectId }) => objectId !== null);
  const told = new Map<number, ConsoleTask>();
  for (const group of Map.groupBy(byHand, ({ kind, thing }) => `${kind} ${thing}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const noun = { kind: first.kind, ...(await nounOf(first)) };
    const ids = [...new Set(group.flatMap(({ objectId }) => objectId ?? []))];
    const records = new Map<unknown, object>(
      (await recordsWith(reader, noun.list, ids)).map((record: { readonly id?: unknown }) => [record.id, record]),
    );
    const former = await formerValues(reader, first, ids);
    const gone = group.some((task) => task.gone)
      ? await goneRecords(reader, first.kind, ids)
      : new Map<string, object>();
    for (const task of group) {
      const record = records.get(task.objectId);
      const isAsked = task.state === "open" && record !== undefined;
      const now = isAsked ? await withNow(reader, task, noun, record) : task;
      const known = record ?? gone.get(task.objectId ?? "");
      const there = { ...known, ...thereUntil(task, former) };
      const key = keyOf(noun.list.thing, task, known && there);
      told.set(task.number, { ...now, key: key ?? (await placeOf(reader, noun, task, there)) });
    }
  }
  return tasks.map((task) => told.get(task.number) ?? task);
};

/** What tells a record from others of its name: as the console has it, which a task that changes it does not know yet. */
const keyOf = (
  { keys, fields, namedBy = "name" }: Thing,
  { work, changes }: Pick<ConsoleTask, "work" | "changes">,
  record: object | undefined,
): string | null => {
  const { field = namedBy } = keys[0] ?? {};
  if (field === namedBy) return null;
  const { type } = fields[field] ?? {};
  const change = changes.find((one) => one.field === field);
  const known = (work === "create" ? change?.after : change?.before) ?? (record as Values | undefined)?.[field];
  // as its table has a list
  const value: unknown = typeof known === "string" && type === "texts" ? JSON.parse(known) : known;
  const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return typeof first === "string" ? first : null;
};

type Values = Readonly<Record<string, unknown>>;

/** What the console has of a task's record until that is done, as far as later tasks change it: the first one of each field. */
const thereUntil = ({ number, objectId, state }: ConsoleTask, former: readonly FormerValues[]): Values => {
  if (state !== "open") return {};
  const later = former.filter((one) => one.objectId === objectId && one.number > number);
  return Object.fromEntries(later.toReversed().flatMap(({ values }) => Object.entries(values)));
};

/** The path of an organisation without a code, as the console has it until a task is done; null of other records. */
const placeOf = async (
  reader: Reader,
  { list }: Noun,
  { changes, work, name }: ConsoleTask,
  there: Values,
): Promise<string | null> => {
  const { path, parentId } = there;
  if (list.thing !== ORG || typeof path !== "string") return null;
  const before = (field: string) => (work === "create" ? undefined : changes.find((one) => one.field === field));
  const moved = before("parentId");
  const above = moved?.ids?.before ?? parentId;
  const parents = await recordsWith(reader, list, typeof above === "string" ? [above] : []);
  const [parent] = parents as readonly Values[];
  const called = before("name")?.before ?? there["name"] ?? name;
  const own = formatOrgPath(typeof called === "string" ? [called] : []);
  // of one that is gone, the one above may be gone, too
  const known = moved === undefined && above === undefined ? formatOrgPath(parseOrgPath(path)?.slice(0, -1) ?? []) : "";
  const { path: place = known } = (parent ?? {}) as { readonly path?: string };
  return place === "" ? own : `${place}/${own}`;
};

/** Tasks of the console with what people are told of their records. */
export const told = async (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> => {
  const former = await withFormerGroups(reader, await withFormer(reader, await byNow(reader, tasks)));
  return withRestored(reader, await withNamed(reader, former));
};

/** Tasks of imports, with what their rows name that is called otherwise by now, or in the console. */
const withNamed = (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> =>
  Promise.all(
    tasks.map(async (task) => {
      const { state, work, kind, importId } = task;
      if (state !== "open" || importId === null || work === "upload") return task;
      const all = Map.groupBy(await namedByImport(reader, kind, importId), ({ field, id }) => `${field} ${id}`);
      if (all.size === 0) return task;
      const told = [...all.values()].slice(0, MAX_RESTORED).map((of) => namedOf(reader, of));
      return { ...task, named: (await Promise.all(told)).flat() };
    }),
  );

/** A record that rows of an import name, as it is called here and in the console. */
const namedOf = async (
  reader: Reader,
  of: readonly NamedByImport[],
): Promise<readonly NonNullable<ConsoleTask["named"]>[number][]> => {
  const [first] = of;
  if (first === undefined) return [];
  const { field, kind, id } = first;
  const { list } = await nounOf({ kind, thing: null });
  const [record] = (await recordsWith(reader, list, [id])) as readonly Values[];
  if (record === undefined) return [];
  const { thing } = FORMATS[kind];
  const calledBy = (values: Values) => ({
    name: String(values[thing.namedBy ?? "name"]),
    key: keyOf(thing, { work: "edit", changes: [] }, values),
  });
  const open = of.flatMap(({ former }) => former ?? []);
  const before = open.toReversed().flatMap(({ values }) => Object.entries(values));
  return [
    {
      field,
      records: [...new Set(of.map(({ by }) => by))].slice(0, MAX_RESTORED),
      kind,
      ...calledBy(record),
      there: calledBy({ ...record, ...Object.fromEntries(before) }),
      tasks: [...new Set(open.map(({ number }) => number))],
    },
  ];
};

/** Tasks that delete, with those records that the console has by another name or key than they had here. */
const withFormer = (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> =>
  Promise.all(
    tasks.map(async (task) => {
      const { kind, state, importId, delete: gone } = task;
      if (state !== "open" || importId === null || gone === 0) return task;
      const { thing } = FORMATS[kind];
      const calledBy = (values: Values) => ({
        name: String(values[thing.namedBy ?? "name"]),
        key: keyOf(thing, { work: "edit", changes: [] }, values),
      });
      const found = await renamedDeletions(reader, kind, importId);
      const former = found
        .map(({ local, console: there }) => ({ ...calledBy(local), there: calledBy(there) }))
        .filter(({ name, key, there }) => name !== there.name || key !== there.key);
      return { ...task, former: former.slice(0, MAX_RESTORED) };
    }),
  );

/** Tasks with the names that the console has of groups, where a later task renames these. */
const withFormerGroups = async (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> => {
  const isAsking = ({ state, changes }: ConsoleTask): boolean =>
    state === "open" && changes.some(({ field }) => field === "groups");
  if (!tasks.some(isAsking)) return tasks;
  const renamings = (await listTasks(reader, "open")).filter(
    ({ thing, work }) => thing === SECURED_GROUP.name && work === "edit",
  );
  return tasks.map((task) => {
    if (!isAsking(task)) return task;
    const later = renamings.filter(({ kind, number }) => kind === task.kind && number > task.number);
    const renamed = later.flatMap(({ changes }) => changes.map(({ before, after }) => [after, before] as const));
    const former = new Map<Told, Told>(renamed);
    return { ...task, changes: task.changes.map((change) => withFormerName(change, former)) };
  });
};

const withFormerName = (change: Change, former: ReadonlyMap<Told, Told>): Change => {
  const { field, after, now } = change;
  if (field !== "groups" || now !== undefined || !Array.isArray(after)) return change;
  const names = (after as readonly string[]).map((name) => {
    const there = former.get(name);
    return typeof there === "string" ? there : name;
  });
  if (names.join("\n") === after.join("\n")) return change;
  return { ...change, after: names, renamed: after.join(", ") };
};

type Told = ConsoleTask["changes"][number]["after"];

const mutable = (value: string | readonly string[] | null): Told =>
  value === null || typeof value === "string" ? value : [...value];

const withNow = async (
  reader: Reader,
  task: ConsoleTask,
  noun: HandChange["noun"],
  record: object,
): Promise<ConsoleTask> => {
  const changes = task.changes.map(async (change) =>
    changeByNow(change, await toldField(reader, noun, record, change.field)),
  );
  return { ...task, changes: await Promise.all(changes) };
};

type Change = ConsoleTask["changes"][number];

/** A change with the value that the record has by now, if that is another one. */
const changeByNow = (change: Change, { told, id }: Awaited<ReturnType<typeof toldField>>): Change => {
  const { after, ids } = change;
  const isNamed = id !== undefined;
  const isSame = isNamed && ids !== undefined ? id === ids.after : JSON.stringify(told) === JSON.stringify(after);
  if (!isSame) return { ...change, now: mutable(told), ids: ids && { ...ids, now: id ?? null } };
  // it is the same record, whatever it is called by now
  const renamed = ids !== undefined && typeof told === "string" && told !== after ? told : undefined;
  return { ...change, renamed };
};
