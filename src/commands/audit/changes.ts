import { ACCOUNT, ACCOUNT_SETTINGS } from "../../lib/model/account.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { SCHEME } from "../../lib/model/scheme.ts";
import { SECURED_GROUP } from "../../lib/model/secured-user.ts";
import { TENANT } from "../../lib/model/tenant.ts";
import type { Fields } from "../../lib/model/thing.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joined, text, type Text } from "../../lib/text/index.ts";
import { isBlank, labelOf, told, worded, type Moment } from "../records/worded.ts";
import { AUDIT_COLUMNS, calledIn, type AuditRow } from "./entries.ts";

type AuditValues = Readonly<Record<string, unknown>>;

/** What a record was and is; undefined where it was not there, or is not any more. */
interface Version {
  /** what it is called, where a change has several */
  readonly name: string | undefined;
  readonly before: AuditValues | undefined;
  readonly after: AuditValues | undefined;
}

/** What follows from other fields, or tells people nothing. */
const UNTOLD = new Set(["id", "createdAt", "updatedAt", "depth", "revision"]);
const isTold = (name: string): boolean => !UNTOLD.has(name) && !name.endsWith("Id");

/** The fields of what changes are about, by the name of the thing. */
const FIELDS: Readonly<Record<string, Fields>> = {
  ...Object.fromEntries(Object.values(FORMATS).map(({ thing }) => [thing.name, thing.fields])),
  [SECURED_GROUP.name]: SECURED_GROUP.fields,
  [SCHEME.name]: SCHEME.fields,
  [ACCOUNT.name]: ACCOUNT.fields,
  [ACCOUNT_SETTINGS.name]: ACCOUNT_SETTINGS.fields,
  tenant: TENANT.fields,
};

const recordsIn = (state: AuditValues | null): readonly AuditValues[] | undefined => {
  const { records } = state ?? {};
  return Array.isArray(records) ? (records as readonly AuditValues[]) : undefined;
};

/** The records of an entry; those of several are told in one entry, in the same order. */
const versionsOf = (entry: AuditRow): readonly Version[] => {
  const { before, after, objects } = entry;
  const [were, are] = [recordsIn(before), recordsIn(after)];
  if (were === undefined || are === undefined) {
    return before === null && after === null
      ? []
      : [{ name: undefined, before: before ?? undefined, after: after ?? undefined }];
  }
  return are.map((one, at) => {
    const { id } = one;
    const object = objects.find((known) => known.id === id);
    const called = object === undefined ? undefined : calledIn(entry, object);
    return { name: called ?? (typeof id === "string" ? id : undefined), before: were[at], after: one };
  });
};

/** `old → new` of one field; the value alone of what was made, undefined if it is as it was. */
const changeOf = ({ before, after }: Version, field: string, word: (one: unknown) => Text): Text | undefined => {
  const [was, is] = [before?.[field], after?.[field]];
  if (isBlank(was) && isBlank(is)) return undefined;
  const [from, to] = [told(was, word), told(is, word)];
  // a switch that is off is what a new record has from the start
  if (before === undefined) return is === false ? undefined : to;
  if (after !== undefined && JSON.stringify(was) === JSON.stringify(is)) return undefined;
  const [former, later] = from.ja === to.ja ? [withId(from, was), withId(to, is)] : [from, to];
  return text(`${former.en} → ${later.en}`, `${former.ja} → ${later.ja}`);
};

/** What names a record that is called like another one. */
const withId = ({ en, ja }: Text, value: unknown): Text => {
  const { id } = ((typeof value === "object" ? value : null) as AuditValues | null) ?? {};
  return typeof id === "string" ? text(`${en} (${id})`, `${ja} (${id})`) : text(en, ja);
};

/**
 * A column for each field that a change has set, field by field: `old → new`; of several records by the name of each.
 *
 * @param moment an instant in the zone of the context
 */
export const changeColumns = (entry: AuditRow, moment: Moment): readonly Column<AuditRow>[] => {
  const versions = versionsOf(entry);
  const names = new Set(versions.flatMap(({ before, after }) => Object.keys({ ...before, ...after })));
  const thing = entry.objects.find((object) => object.thing !== "import")?.thing ?? "";
  const fields = FIELDS[thing];
  const columnOf = (field: string): readonly Column<AuditRow>[] => {
    const word = (value: unknown): Text => worded(value, fields?.[field], moment);
    const changes = versions.flatMap((version) => {
      const change = changeOf(version, field, word);
      if (change === undefined) return [];
      const { name } = version;
      return [name === undefined ? change : text(`${name}: ${change.en}`, `${name}: ${change.ja}`)];
    });
    if (changes.length === 0) return [];
    const all = joined(changes, text("; ", "、"));
    return [{ key: `changes.${field}`, header: labelOf(fields, field), value: () => all.en, name: () => all }];
  };
  const columns = [...names].filter(isTold).flatMap(columnOf);
  // the path is the same below a parent that is called alike
  return columns.length === 0 && names.has("parentId") ? columnOf("parentId") : columns;
};

/** Fields that a list names of one change. */
const MAX_FIELDS = 3;

/** What people call the fields that a change of one record set; nothing of what was made or deleted. */
function fieldsIn(entry: AuditRow): readonly Text[] {
  const { objects, before, after } = entry;
  if (objects.length !== 1 || before === null || after === null) return [];
  const columns = changeColumns(entry, (instant) => instant);
  // of an account both roles are told
  const isTold = ({ key }: Column<AuditRow>): boolean => key === "changes.role" && objects[0]?.thing === ACCOUNT.name;
  const names = columns.filter((column) => !isTold(column)).map(({ header }) => header);
  const more = names.length - MAX_FIELDS;
  const rest = more > 0 ? [text(`${more} more`, `ほか ${more} 項目`)] : [];
  return [...names.slice(0, MAX_FIELDS), ...rest];
}

/** What a list tells: {@link AUDIT_COLUMNS}, in whose last one people read which fields a change set, too. */
export const LISTED_COLUMNS: readonly Column<AuditRow>[] = AUDIT_COLUMNS.map((column) => {
  const { key, name } = column;
  if (key !== "about" || name === undefined) return column;
  const named = (entry: AuditRow): Text | null => {
    const about = name(entry);
    const fields = fieldsIn(entry);
    if (about === null || fields.length === 0) return about;
    const { en, ja } = joined(fields, text(", ", "、"));
    return text(`${about.en} [${en}]`, `${about.ja} [${ja}]`);
  };
  return { ...column, name: named };
});
