import type { Action } from "../model/import.ts";
import { THINGS } from "../model/things.ts";
import { ROOT_ORG_NAME } from "../model/organisation.ts";
import type { Import, PlanRow } from "../contract/imports.ts";
import { findColumn } from "../csv/layout/columns.ts";
import { FORMATS } from "../model/formats.ts";
import { counted, joined, same, text, type Text } from "../text/index.ts";

type PlanValue = PlanRow["after"][number]["value"];

/** One value that a row changes. */
export interface ValueChange {
  readonly field: string;
  readonly before: PlanValue;
  readonly after: PlanValue;
}

/** A field's header. @param other the thing of a record that is not of the kind */
export const fieldName = (kind: Import["kind"], field: string, other?: string): string => {
  if (field === PARENT) return "上位組織";
  if (field.startsWith(CUSTOM)) return field.slice(CUSTOM.length);
  const { fields } = (other === undefined ? undefined : THINGS.get(other)) ?? FORMATS[kind].thing;
  const format = other === undefined ? FORMATS[kind] : Object.values(FORMATS).find(({ thing }) => thing.name === other);
  return findColumn(format?.columns ?? [], field)?.header ?? fields[field]?.label?.ja ?? field;
};

const CUSTOM = "custom:";
const PARENT = "parent";

/** The fields that tell an organisation's place; none of them: directly below 全社. */
const PLACE: readonly string[] = [PARENT, "parentCode", "parentPath"];

/** The headers of the columns that set a field. */
export const headersOf = (kind: Import["kind"], field: string): readonly string[] =>
  field === PARENT
    ? FORMATS[kind].columns.filter((column) => PLACE.includes(column.field)).map(({ header }) => header)
    : [fieldName(kind, field)];

/** The fields that name a record besides its key; of an organisation that goes, its path. */
const NAMES: readonly string[] = ["path", "name", "displayName", "identificationName"];

/** What people call the record of a row, besides its key; of one that is gone, what they called it. */
export const nameOf = ({ before, after }: Pick<PlanRow, "before" | "after">): string | null => {
  const name = [...after, ...before].find(({ field }) => NAMES.includes(field))?.value;
  return typeof name === "string" ? name : null;
};

/** What a row changes, one by one; the custom fields, which plans compare together, too. */
export function changesOf({
  changed,
  before,
  after,
}: Pick<PlanRow, "changed" | "before" | "after">): readonly ValueChange[] {
  const valueIn = (values: PlanRow["after"], names: readonly string[]): PlanValue =>
    values.find(({ field, value }) => names.includes(field) && value !== null)?.value ?? null;
  const change = (field: string, names = [field]): ValueChange => ({
    field,
    before: valueIn(before, names),
    after: valueIn(after, names),
  });
  return changed.flatMap((field) => {
    if (field === PARENT) {
      const { before: from, after: to } = change(field, [...PLACE]);
      return [{ field, before: from ?? ROOT_ORG_NAME, after: to ?? ROOT_ORG_NAME }];
    }
    if (field !== "custom") return [change(field)];
    const names = new Set(
      [...before, ...after].flatMap((value) => (value.field.startsWith(CUSTOM) ? [value.field] : [])),
    );
    return [...names].map((name) => change(name)).filter((one) => one.before !== one.after);
  });
}

/** The values that a record is created with. */
export const additionsOf = ({ after }: Pick<PlanRow, "after">): readonly ValueChange[] =>
  after
    .filter(({ field, value }) => field !== "id" && value !== null && value.length > 0)
    .map(({ field, value }) => ({ field, before: null, after: value }));

/** `役職: 課長`: a value that a record is created with. */
function describeAddition(kind: Import["kind"], { field, after }: ValueChange, other?: string): Text {
  const [header, value] = [fieldName(kind, field, other), shownValue(after)];
  return text(`${header}: ${value.en}`, `${header}: ${value.ja}`);
}

/** `役職: 主任 → (空)`; the header alone where both look alike. @param longest number of characters shown of a value; all by default */
export function describeChange(
  kind: Import["kind"],
  { field, before, after }: ValueChange,
  longest = Infinity,
  other?: string,
): Text {
  const header = fieldName(kind, field, other);
  const [from, to] = [shownValue(before, longest), shownValue(after, longest)];
  if (from.en === to.en) return same(header);
  return text(`${header}: ${from.en} → ${to.en}`, `${header}: ${from.ja} → ${to.ja}`);
}

/** All values that a row gives its record, in one line, and that it sets a secret, which is never shown. */
export function describeWholeRow(kind: Import["kind"], row: PlanRow): readonly Text[] {
  if (row.action !== "create") return describeRow(kind, row);
  const additions = additionsOf(row).map((value) => describeAddition(kind, value, row.thing));
  return [...additions, ...(row.setsSecret ? [SECRET] : [])];
}

/** The changes of a row in one line, and that it sets a secret, which is never shown. */
export function describeRow(
  kind: Import["kind"],
  row: Pick<PlanRow, "thing" | "changed" | "setsSecret" | "before" | "after">,
  longest?: number,
): readonly Text[] {
  const changes = changesOf(row).map((change) => describeChange(kind, change, longest, row.thing));
  return [...changes, ...(row.setsSecret ? [SECRET] : [])];
}

const ACTIONS = [
  ["create", "created", "追加"],
  ["update", "updated", "更新"],
  ["delete", "deleted", "削除"],
] as const;

/** `3 users created`, `2 updated`: what was done with the records of a thing, one after another. */
export const describeDone = (counts: Readonly<Record<Action, number>>, noun: Text): readonly Text[] =>
  ACTIONS.filter(([action]) => counts[action] > 0).map(([action, en, ja], at) =>
    at === 0
      ? text(`${counted(counts[action], noun.en)} ${en}`, `${noun.ja}を ${counts[action]} 件${ja}`)
      : text(`${counts[action]} ${en}`, `${counts[action]} 件${ja}`),
  );

const SECRET = text("(secret set)", "(機密情報を設定)");
const BLANK = text("(blank)", "(空)");

/** A value for people. @param longest number of characters shown; all by default */
export function shownValue(value: PlanValue, longest = Infinity): Text {
  const whole = typeof value === "string" ? value : (value ?? []).join(", ");
  if (whole === "") return BLANK;
  const short = whole.length > longest ? `${whole.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…` : whole;
  return same(short);
}

/** What a plan does to a column: `役職: 3 changed, 1 cleared`. */
export function describeColumn(kind: Import["kind"], column: Import["columns"][number]): Text {
  const { field, changed, cleared, removed, kept } = column;
  const parts = [
    [changed, text(`${changed} changed`, `変更 ${changed} 件`)],
    [cleared, text(`${cleared} cleared`, `値を消す ${cleared} 件`)],
    [removed, text(`${counted(removed, "value")} removed`, `外す値 ${removed} 件`)],
    [
      kept,
      text(`${counted(kept, "value")} beyond the file's columns kept`, `ファイルの列数を超えるため残す値 ${kept} 件`),
    ],
  ] as const;
  const { en, ja } = joined(
    parts.filter(([count]) => count > 0).map(([, what]) => what),
    text(", ", "、"),
  );
  const header = fieldName(kind, field);
  return text(`${header}: ${en}`, `${header}: ${ja}`);
}
