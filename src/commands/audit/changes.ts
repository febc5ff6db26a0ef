import { ACCOUNT, ACCOUNT_SETTINGS } from "../../lib/model/account.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { SCHEME } from "../../lib/model/scheme.ts";
import { SECURED_GROUP } from "../../lib/model/secured-user.ts";
import { TENANT } from "../../lib/model/tenant.ts";
import type { Fields } from "../../lib/model/thing.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, text, type Text } from "../../lib/text/index.ts";
import { isBlank, labelOf, describeValueOrList, describeValue, type InstantFormatter } from "../records/worded.ts";
import { AUDIT_COLUMNS, describeTarget, formatObjectName, type AuditRow } from "./entries.ts";

type AuditValues = Readonly<Record<string, unknown>>;

/** A record before and after a change. `before` is undefined if the record was created, `after` if it was deleted. */
interface ObjectChange {
  /** the record's name, if the change concerns several records */
  readonly name: string | undefined;
  readonly before: AuditValues | undefined;
  readonly after: AuditValues | undefined;
}

/** Fields that are not shown, because they follow from other fields or are of no interest to people. */
const HIDDEN_FIELDS = new Set(["id", "createdAt", "updatedAt", "depth", "revision"]);
const isVisibleField = (name: string): boolean => !HIDDEN_FIELDS.has(name) && !name.endsWith("Id");

const FIELDS_BY_THING: Readonly<Record<string, Fields>> = {
  ...Object.fromEntries(Object.values(FORMATS).map(({ thing }) => [thing.name, thing.fields])),
  [SECURED_GROUP.name]: SECURED_GROUP.fields,
  [SCHEME.name]: SCHEME.fields,
  [ACCOUNT.name]: ACCOUNT.fields,
  [ACCOUNT_SETTINGS.name]: ACCOUNT_SETTINGS.fields,
  tenant: TENANT.fields,
};

const getRecords = (state: AuditValues | null): readonly AuditValues[] | undefined => {
  const { records } = state ?? {};
  return Array.isArray(records) ? (records as readonly AuditValues[]) : undefined;
};

const buildObjectChanges = (entry: AuditRow): readonly ObjectChange[] => {
  const { before, after, objects } = entry;
  const [were, are] = [getRecords(before), getRecords(after)];
  if (were === undefined || are === undefined) {
    return before === null && after === null
      ? []
      : [{ name: undefined, before: before ?? undefined, after: after ?? undefined }];
  }
  return are.map((one, at) => {
    const { id } = one;
    const object = objects.find((known) => known.id === id);
    const called = object === undefined ? undefined : formatObjectName(entry, object);
    return { name: called ?? (typeof id === "string" ? id : undefined), before: were[at], after: one };
  });
};

/** Describes a field's change as `old → new`, or as its value in a new record; undefined if it is unchanged. */
const describeFieldChange = (
  { before, after }: ObjectChange,
  field: string,
  word: (one: unknown) => Text,
): Text | undefined => {
  const [was, is] = [before?.[field], after?.[field]];
  if (isBlank(was) && isBlank(is)) return undefined;
  const [from, to] = [describeValueOrList(was, word), describeValueOrList(is, word)];
  // the switches of a new record are off at first, which is not worth showing
  if (before === undefined) return is === false ? undefined : to;
  if (after !== undefined && JSON.stringify(was) === JSON.stringify(is)) return undefined;
  const [former, later] = from.ja === to.ja ? [appendId(from, was), appendId(to, is)] : [from, to];
  return text(`${former.en} → ${later.en}`, `${former.ja} → ${later.ja}`);
};

const appendId = ({ en, ja }: Text, value: unknown): Text => {
  const { id } = ((typeof value === "object" ? value : null) as AuditValues | null) ?? {};
  return typeof id === "string" ? text(`${en} (${id})`, `${ja} (${id})`) : text(en, ja);
};

/**
 * Builds a column for each field that a change has set, with `old → new`. If several records changed, each change is
 * preceded by the name of its record.
 *
 * @param moment formats an instant in the time zone of the context
 */
export const buildChangeColumns = (entry: AuditRow, moment: InstantFormatter): readonly Column<AuditRow>[] => {
  const versions = buildObjectChanges(entry);
  const names = new Set(versions.flatMap(({ before, after }) => Object.keys({ ...before, ...after })));
  const thing = entry.objects.find((object) => object.thing !== "import")?.thing ?? "";
  const fields = FIELDS_BY_THING[thing];
  const columnOf = (field: string): readonly Column<AuditRow>[] => {
    const word = (value: unknown): Text => describeValue(value, fields?.[field], moment);
    const changes = versions.flatMap((version) => {
      const change = describeFieldChange(version, field, word);
      if (change === undefined) return [];
      const { name } = version;
      return [name === undefined ? change : text(`${name}: ${change.en}`, `${name}: ${change.ja}`)];
    });
    if (changes.length === 0) return [];
    const all = joinTexts(changes, text("; ", "、"));
    return [{ key: `changes.${field}`, header: labelOf(fields, field), value: () => all.en, name: () => all }];
  };
  const columns = [...names].filter(isVisibleField).flatMap(columnOf);
  // if the new parent has the same name, the path does not change, so the id of the parent is shown instead
  return columns.length === 0 && names.has("parentId") ? columnOf("parentId") : columns;
};

const MAX_LISTED_FIELDS = 3;

/** Returns the labels of the fields that a change set in a record; empty if the record was created or deleted. */
function listChangedFields(entry: AuditRow): readonly Text[] {
  const { objects, before, after } = entry;
  if (objects.length !== 1 || before === null || after === null) return [];
  const columns = buildChangeColumns(entry, (instant) => instant);
  // for an account, both roles are already shown
  const isRoleChange = ({ key }: Column<AuditRow>): boolean =>
    key === "changes.role" && objects[0]?.thing === ACCOUNT.name;
  const names = columns.filter((column) => !isRoleChange(column)).map(({ header }) => header);
  const more = names.length - MAX_LISTED_FIELDS;
  const rest = more > 0 ? [text(`${more} more`, `ほか ${more} 項目`)] : [];
  return [...names.slice(0, MAX_LISTED_FIELDS), ...rest];
}

/**
 * Returns the columns of a list: {@link AUDIT_COLUMNS}, with names of changed fields added to the last column for people.
 *
 * @param search the name or key of the objects that people see first
 */
export const buildAuditListColumns = (search: string | undefined): readonly Column<AuditRow>[] =>
  AUDIT_COLUMNS.map((column) => {
    if (column.key !== "about") return column;
    const name = (entry: AuditRow): Text => {
      const about = describeTarget(entry, "short", search);
      const fields = listChangedFields(entry);
      if (fields.length === 0) return about;
      const { en, ja } = joinTexts(fields, text(", ", "、"));
      return text(`${about.en} [${en}]`, `${about.ja} [${ja}]`);
    };
    return { ...column, name };
  });
