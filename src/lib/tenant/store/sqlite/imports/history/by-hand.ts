import type { Field, Thing } from "../../../../../model/thing.ts";
import { comparisonKey } from "../../../../../model/normalise.ts";
import type { Database, Params, Row } from "../../database.ts";
import { seesPart } from "../../scope.ts";
import { proceeding } from "../functions.ts";
import { hasFormer, wasTable, type StoredKind, type StoredReference } from "../stored-kind.ts";
import { joinVersions } from "./committed.ts";

// What an import left of a record that was changed by hand after it: no import kept that, but the audit has the record as
// it was before the change.

/** A record that was changed by hand after an import, and before the next import that wrote it. */
interface Changed {
  /** the import's number */
  readonly import: number;
  readonly pk: number;
  /** of the record */
  readonly id: string;
  /** the number of the next import that wrote it */
  readonly next: number | undefined;
  /** the changes of the two */
  readonly since: number;
  readonly until: number | undefined;
  /** the first record of the audit that has it as the import left it */
  found?: { readonly seq: number; readonly at: string; readonly record: Members } | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/** What was done by hand to a record that lists name, as a group: it was renamed, or deleted. */
interface Renaming {
  readonly seq: number;
  readonly from: string;
  /** undefined: it was deleted */
  readonly to: string | undefined;
  /** of a deletion: what those who had it called it, by their ids; undefined where the audit does not have all of them */
  readonly had?: ReadonlyMap<string, string> | undefined;
}

/** Those whose lists lost names as these were deleted, with the lists that they had. */
interface Losing {
  /** the number of names lost in all */
  readonly memberships?: number;
  readonly members?: readonly { readonly id: string; readonly groups: readonly string[] }[];
}

/** What a kind's lists name: the names follow as that is renamed. */
const listedBy = ({ references }: StoredKind): StoredReference | undefined =>
  references.find(({ field }) => field.merge === "list");

/** SQL: whether a record of the audit is of a change by hand that may have changed records of a kind. */
const isAbout = (kind: StoredKind): string => {
  const things = [kind.thing.name, ...[listedBy(kind) ?? []].flat().map(({ table }) => table.thing.name)];
  return `instr(record, '"before":{') > 0 and (${things.map((name) => `instr(record, '"thing":"${name}"') > 0`).join(" or ")})`;
};

/** Whether the audit has any such change: nearly always it need not be read. */
const hasAny = (database: Database, kind: StoredKind): boolean =>
  database.count(
    `select count(*) from (select 1 from main.audit where ${isAbout(kind)} and ${proceeding("seq")} limit 1) one`,
  ) > 0;

/** SQL: the revision of a record as an import left it, or as it was changed by hand after that. */
const REVISION = "case when x.next is null then t.revision else l.revision end";

const changedAfter = (database: Database, kind: StoredKind, events: string, values: Params): Map<string, Changed[]> => {
  const rows = database.all(
    `select e.import, e.pk, x.next, case when x.next is null then t.id else l.id end as id, i.change as since, n.change as until
     from (${events}) e join import i on i.pk = e.import ${joinVersions(kind)} left join import n on n.pk = x.next where ${REVISION} > i.revision`,
    values,
  );
  const found = new Map<string, Changed[]>();
  for (const { import: by, pk, id, next, since, until } of rows) {
    const changed = {
      import: Number(by),
      pk: Number(pk),
      id: String(id),
      next: next === null ? undefined : Number(next),
      since: Number(since),
      until: until === null ? undefined : Number(until),
    };
    found.set(changed.id, [...(found.get(changed.id) ?? []), changed]);
  }
  return found;
};

/** A record of the audit, as far as it tells this. */
interface AuditRecord {
  readonly at?: string;
  readonly objects?: readonly { readonly thing: string; readonly id: string; readonly name?: string }[];
  readonly before?: Members & { readonly records?: readonly Members[] };
  readonly after?: Members;
}

/** What a record of the audit tells of records that lists name. */
const renamingsIn = (
  { seq, kind }: { readonly seq: number; readonly kind: StoredKind },
  { objects = [], before = {}, after }: AuditRecord,
): readonly Renaming[] => {
  const listed = listedBy(kind);
  if (listed === undefined || objects[0]?.thing !== listed.table.thing.name) return [];
  const { refers, table } = listed;
  const { scope } = table.thing;
  const several = Object.values(before).find((value) => Array.isArray(value)) as readonly Members[] | undefined;
  const found = (several ?? [before]).flatMap((one) => {
    const [from, to] = [String(one[refers.by]), after?.[refers.by] as string | undefined];
    return (scope !== undefined && one[scope] !== kind.name) || from === to ? [] : [{ seq, from, to }];
  });
  const { memberships, members } = before as Losing;
  if (members === undefined || found.some(({ to }) => to !== undefined)) return found;
  const keyIn = (name: string): string => comparisonKey(listed.field.comparison, name);
  const losing = found.map((one) => {
    const had = members.flatMap(({ id, groups }) => {
      const name = groups.find((group) => keyIn(group) === keyIn(one.from));
      return name === undefined ? [] : [[id, name] as const];
    });
    return { ...one, had: new Map(had) };
  });
  // the audit has the first of many only
  return losing.reduce((sum, { had }) => sum + had.size, 0) === memberships ? losing : found;
};

/** Looks in the audit for what imports left. @returns what was renamed meanwhile, in order */
const searchAudit = (
  database: Database,
  kind: StoredKind,
  wanted: ReadonlyMap<string, readonly Changed[]>,
): readonly Renaming[] => {
  const renamings: Renaming[] = [];
  const sql = `select seq, record from main.audit
    where ${isAbout(kind)} and json_valid(record) and ${proceeding("seq")} order by seq`;
  for (const row of database.iterate(sql)) {
    const seq = Number(row["seq"]);
    const record = JSON.parse(String(row["record"])) as AuditRecord;
    const { at = "", before } = record;
    if (before === undefined) continue;
    renamings.push(...renamingsIn({ seq, kind }, record));
    for (const one of before.records ?? [before]) {
      for (const changed of wanted.get(String(one["id"])) ?? []) {
        const isBetween = seq > changed.since && seq < (changed.until ?? Infinity);
        if (isBetween && isWhole(kind, one)) changed.found ??= { seq, at, record: one };
      }
    }
  }
  return renamings;
};

/** Records of a thing as they were before changes by hand, oldest first. @param since the record of the audit after which */
export function* auditedBefore(
  database: Database,
  { name }: Thing,
  since: number,
): Generator<{ readonly seq: number; readonly record: Members }> {
  const sql = `select seq, record from main.audit where seq > :since and instr(record, '"before":{') > 0
    and instr(record, '"thing":"${name}"') > 0 and json_valid(record) and ${proceeding("seq")} order by seq`;
  // all of them first: what is read of one asks the database again
  for (const { seq, record } of database.all(sql, { since })) {
    const { objects = [], before } = JSON.parse(String(record)) as AuditRecord;
    const own = new Set(objects.flatMap(({ thing, id }) => (thing === name ? [id] : [])));
    for (const one of before?.records ?? [before ?? {}]) {
      if (own.has(String(one["id"]))) yield { seq: Number(seq), record: one };
    }
  }
}

/** The columns of a kind's records that the lines of its history tell. */
const toldColumns = ({ fields, fixed, unfiled }: StoredKind): readonly string[] => [
  ...fields.map(({ stored }) => stored),
  ...(fixed === undefined ? [] : [fixed]),
  ...unfiled.map(({ field }) => field),
];

/** The field that a column has, and the name that the tenant API has for it. */
const fieldOf = ({ fields }: Thing, column: string): { readonly name: string; readonly field: Field } => {
  const found = Object.entries(fields).find(([own, { short = own, refers, type }]) =>
    refers !== undefined && type !== "texts" ? short === column : own === column,
  );
  const [own, field] = found ?? [];
  if (own === undefined || field === undefined) throw new TypeError(`no field has the column ${column}`);
  return { name: field.within ?? field.shownAs ?? own, field };
};

/** Whether a record of the audit has all that is told of one. */
const isWhole = (kind: StoredKind, record: Members): boolean =>
  toldColumns(kind).every((column) => record[fieldOf(kind.thing, column).name] !== undefined);

/** The number of the record with an id, of today or of before. */
const numberOf = (database: Database, thing: Thing, id: string): number | undefined => {
  const was = hasFormer(thing) ? ` union all select pk from ${wasTable({ thing })} where id = :id` : "";
  const row = database.get(`select pk from ${thing.name} where id = :id${was} limit 1`, { id });
  return row === undefined ? undefined : Number(row["pk"]);
};

/** Reads records of the audit as their table had them. */
class Reading {
  readonly #database: Database;
  readonly #kind: StoredKind;
  readonly #renamings: readonly Renaming[];
  readonly #customFields: readonly Row[];
  readonly #numbers = new Map<string, number | undefined>();

  constructor(database: Database, kind: StoredKind, renamings: readonly Renaming[]) {
    this.#database = database;
    this.#kind = kind;
    this.#renamings = renamings;
    this.#customFields = database.all("select pk, name, createdAt from custom_field");
  }

  /** What an import left, by column, and the fields of which that cannot be told. */
  of(changed: Changed): { readonly record: Members; readonly untold: readonly string[] } {
    const { thing, fields } = this.#kind;
    const { pk, next = null, found } = changed;
    const base = this.#database.get(
      next === null
        ? `select * from ${thing.name} where pk = :pk`
        : `select * from ${wasTable({ thing })} where import = :next and pk = :pk`,
      { pk, ...(next !== null && { next }) },
    );
    const values: Record<string, unknown> = { ...base };
    if (found !== undefined) {
      for (const column of toldColumns(this.#kind)) values[column] = this.#valueIn(found, column);
    }
    const renamed = this.#renamings.filter(
      ({ seq }) => seq > changed.since && seq < (found?.seq ?? changed.until ?? Infinity),
    );
    if (found === undefined && renamed.length === 0) return { record: values, untold: namesOf(fields) };
    const untold = this.#nameAsThen(values, renamed, { id: changed.id, isOnly: found === undefined });
    return {
      record: values,
      untold: [...untold, ...namesOf(fields.filter((one) => values[one.stored] === undefined))],
    };
  }

  /** @returns undefined where it cannot be told */
  #valueIn({ at, record }: NonNullable<Changed["found"]>, column: string): unknown {
    const { name, field } = fieldOf(this.#kind.thing, column);
    const value = record[name];
    if (field.within !== undefined) {
      const settings = value as readonly { readonly field: string; readonly value: string }[];
      return settings.find((one) => one.field === column)?.value ?? null;
    }
    if (field.type === "objects") return this.#customIn(value as readonly NamedValue[], at);
    if (field.refers !== undefined && field.type !== "texts") return this.#referred(field.refers.to, value);
    if (typeof value === "boolean") return value ? 1 : 0;
    return Array.isArray(value) ? JSON.stringify(value) : value;
  }

  /** Values of custom fields by the numbers of these; of a field that was removed since none is told. */
  #customIn(values: readonly NamedValue[], at: string): string {
    const known = this.#customFields.filter(({ createdAt }) => String(createdAt) <= at);
    const entries = values.flatMap(({ name, value }) => {
      const field = known.find((one) => one["name"] === name);
      return field === undefined ? [] : [[String(field["pk"]), value] as const];
    });
    return JSON.stringify(Object.fromEntries(entries));
  }

  #referred(to: string, value: unknown): number | null | undefined {
    const id = typeof value === "string" ? value : (value as { readonly id: string } | null)?.id;
    if (id === undefined) return null;
    const table = this.#kind.references.find(({ refers }) => refers.to === to)?.table;
    const key = `${to} ${id}`;
    if (table !== undefined && !this.#numbers.has(key))
      this.#numbers.set(key, numberOf(this.#database, table.thing, id));
    return this.#numbers.get(key);
  }

  /**
   * Gives the list of a record the names that it had before these were changed and deleted by hand.
   *
   * @param of `isOnly`: nothing else changed the record: if one thing was done, it changed it
   * @returns the field, where its value cannot be told: who had a name that is deleted may not be known
   */
  #nameAsThen(
    values: Record<string, unknown>,
    renamed: readonly Renaming[],
    { id, isOnly }: { readonly id: string; readonly isOnly: boolean },
  ): readonly string[] {
    const field = listedBy(this.#kind)?.field;
    if (field === undefined || renamed.length === 0) return [];
    const isUnknown = renamed.some(({ to, had }) => to === undefined && had === undefined);
    if (isUnknown && !(isOnly && renamed.length === 1)) return [field.field];
    let names = JSON.parse(String(values[field.stored])) as readonly string[];
    for (const { from, to, had } of renamed.toReversed()) {
      const lost = had === undefined ? from : had.get(id);
      if (to !== undefined) names = names.map((name) => (name === to ? from : name));
      else if (lost !== undefined) names = [...names, lost];
    }
    const keyed = names.map((name) => [comparisonKey(field.comparison, name), name] as const);
    values[field.stored] = JSON.stringify(keyed.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name));
    return [];
  }
}

const namesOf = (fields: StoredKind["fields"]): readonly string[] => fields.map(({ field }) => field);

interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/**
 * Fills `temp.by_hand` with what imports left of records that were changed by hand after them, and of those that who asks
 * sees no more, with `temp.later` filled.
 *
 * @param events SQL: what imports did to records, as `import` and `pk`
 */
export const findByHand = (database: Database, kind: StoredKind, events: string, values: Params): void => {
  if (hasAny(database, kind)) findChanged(database, kind, events, values);
  if (seesPart(database)) findGone(database, kind, events, values);
};

const INSERT = "insert into temp.by_hand values (:import, :pk, :record, :untold) on conflict do nothing";

const findChanged = (database: Database, kind: StoredKind, events: string, values: Params): void => {
  const wanted = changedAfter(database, kind, events, values);
  if (wanted.size === 0) return;
  const reading = new Reading(database, kind, searchAudit(database, kind, wanted));
  for (const changed of [...wanted.values()].flat()) {
    const { record, untold } = reading.of(changed);
    database.run(INSERT, {
      import: changed.import,
      pk: changed.pk,
      record: JSON.stringify(record),
      untold: JSON.stringify(untold),
    });
  }
};

/** Records that left what who asks sees: what an import left of them cannot be told, and they are called as before it. */
const findGone = (database: Database, kind: StoredKind, events: string, values: Params): void => {
  const untold = JSON.stringify(namesOf(kind.fields));
  const sql = `select c.* from (${events}) e ${joinVersions(kind)}
    where c.pk is not null and coalesce(t.pk, l.pk, h.pk) is null`;
  for (const was of database.all(sql, values)) {
    database.run(INSERT, { import: Number(was["import"]), pk: Number(was["pk"]), record: JSON.stringify(was), untold });
  }
};
