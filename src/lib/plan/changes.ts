import { OPERATIONS, type Operation } from "../derived/role-policy.ts";
import { SCHEME } from "../nouns/scheme.ts";
import type { Field, Fields } from "../model/thing.ts";
import { RECORD_TYPES } from "../nouns/index.ts";
import type { Import, PlanRow } from "../tenant/api/operations.ts";
import { findColumn } from "../derived/format.ts";
import { FORMATS } from "../derived/formats.ts";
import { formatCount, joinTexts, same, text, type Text } from "../text/index.ts";

type PlanValue = PlanRow["after"][number]["value"];

export interface ValueChange {
  readonly field: string;
  readonly before: PlanValue;
  readonly after: PlanValue;
}

const getFields = (kind: Import["kind"], other = ""): Fields => (RECORD_TYPES.get(other) ?? FORMATS[kind].thing).fields;

export type InstantFormatter = (instant: string) => string;

interface ValueStyle {
  readonly longest?: number | undefined;
  readonly moment?: InstantFormatter | undefined;
}

/** @param other record type of the row; undefined for the main type of the import */
export const findFieldHeader = (kind: Import["kind"], field: string, other?: string): string => {
  if (field === PARENT_FIELD) return "上位組織";
  if (field.startsWith(CUSTOM_PREFIX)) return field.slice(CUSTOM_PREFIX.length);
  const format = [FORMATS[kind], ...Object.values(FORMATS)].find(({ thing }) => thing.name === (other ?? thing.name));
  return findColumn(format?.columns ?? [], field)?.header ?? getFields(kind, other)[field]?.label?.ja ?? field;
};

const CUSTOM_PREFIX = "custom:";
const PARENT_FIELD = "parent";

const NAME_FIELDS: readonly string[] = ["path", "name", "displayName", "identificationName"];

export const getRowRecordName = ({ before, after }: Pick<PlanRow, "before" | "after">): string | null => {
  const name = [...after, ...before].find(({ field }) => NAME_FIELDS.includes(field))?.value;
  return typeof name === "string" ? name : null;
};

const OWNER_FIELDS: readonly string[] = ["ownerEmail", "ownerOrgCode"];

export const getRowOwner = ({ action, before, after }: Pick<PlanRow, "action" | "before" | "after">): string | null => {
  if (action === "update") return null;
  const owner = [...after, ...before].find(({ field, value }) => OWNER_FIELDS.includes(field) && value !== null)?.value;
  return typeof owner === "string" ? owner : null;
};

export function listValueChanges(row: Pick<PlanRow, "changed" | "before" | "after">): readonly ValueChange[] {
  const { changed, before, after } = row;
  const change = (name: string): ValueChange => {
    const [from, to] = [before, after].map((values) => values.find(({ field }) => field === name)?.value ?? null);
    return { field: name, before: from ?? null, after: to ?? null };
  };
  return changed.flatMap((field) => {
    if (field !== "custom") return [change(field)];
    const names = new Set(
      [...before, ...after].flatMap((value) => (value.field.startsWith(CUSTOM_PREFIX) ? [value.field] : [])),
    );
    return [...names].map((name) => change(name)).filter((one) => one.before !== one.after);
  });
}

export const listInitialValues = ({ after }: Pick<PlanRow, "after">): readonly ValueChange[] =>
  after
    .filter(({ field, value }) => field !== "id" && value !== null && value.length > 0)
    .map(({ field, value }) => ({ field, before: null, after: value }));

export function describeWholeRow(kind: Import["kind"], row: PlanRow, moment?: InstantFormatter): readonly Text[] {
  if (row.action !== "create") return describeRow(kind, row, { moment });
  const { app = kind, thing } = row;
  const additions = listInitialValues(row).map(({ field, after }) => {
    const value = describeFieldValue(getFields(app, thing)[field], after, { moment });
    const header = findFieldHeader(app, field, thing);
    return text(`${header}: ${value.en}`, `${header}: ${value.ja}`);
  });
  return [...additions, ...(row.setsSecret ? [SECRET_IS_SET_TEXT] : [])];
}

/** Returns texts such as `役職: 主任 → (空)`; only the header if both values look the same, and no value of a secret. */
export function describeRow(
  kind: Import["kind"],
  row: Pick<PlanRow, "app" | "thing" | "changed" | "setsSecret" | "before" | "after">,
  style: ValueStyle = {},
): readonly Text[] {
  const { app = kind, thing } = row;
  const changes = listValueChanges(row).map(({ field, before, after }) => {
    const header = findFieldHeader(app, field, thing);
    const own = getFields(app, thing)[field];
    const [from, to] = [describeFieldValue(own, before, style), describeFieldValue(own, after, style)];
    return from.en === to.en
      ? same(header)
      : text(`${header}: ${from.en} → ${to.en}`, `${header}: ${from.ja} → ${to.ja}`);
  });
  return [...changes, ...(row.setsSecret ? [SECRET_IS_SET_TEXT] : [])];
}

const SECRET_IS_SET_TEXT = text("(secret set)", "(パスワードなどを設定)");
const BLANK_VALUE = text("(blank)", "(空)");
const [YES, NO] = [text("yes", "はい"), text("no", "いいえ")];

const describeFieldValue = (
  field: Field | undefined,
  value: PlanValue,
  { longest, moment = (at) => at }: ValueStyle,
): Text => {
  if (field?.type === "boolean" && (value !== null || field.nullable !== true)) return value === null ? NO : YES;
  if (field === SCHEME.fields.operations && typeof value === "object" && value !== null && value.length > 0)
    return joinTexts(
      value.map((one) => OPERATIONS[one as Operation]?.about ?? same(one)),
      same(", "),
    );
  const named = field?.type === "choice" ? field.names?.[String(value)] : undefined;
  const isInstant = field?.type === "instant" && typeof value === "string";
  return named ?? formatPlanValue(isInstant ? moment(value) : value, longest);
};

export function formatPlanValue(value: PlanValue, longest = Infinity): Text {
  const whole = typeof value === "string" ? value : (value ?? []).join(", ");
  if (whole === "") return BLANK_VALUE;
  const short = whole.length > longest ? `${whole.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…` : whole;
  return same(short);
}

/** Returns a text such as `役職: 3 changed, 1 cleared`. */
export function describeColumn(kind: Import["kind"], column: Import["columns"][number]): Text {
  const { field, changed, cleared, removed } = column;
  const parts = [
    [changed, text(`${changed} changed`, `変更 ${changed} 件`)],
    [cleared, text(`${cleared} cleared`, `値を消す ${cleared} 件`)],
    [removed, text(`${formatCount(removed, "value")} removed`, `除く値 ${removed} 件`)],
  ] as const;
  const shown = parts.flatMap(([count, what]) => (count > 0 ? [what] : []));
  const { en, ja } = joinTexts(shown, text(", ", "、"));
  const header = findFieldHeader(kind, field);
  return text(`${header}: ${en}`, `${header}: ${ja}`);
}
