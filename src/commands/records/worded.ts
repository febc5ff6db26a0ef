import { ACCOUNT } from "../../lib/model/account.ts";
import { calledOnScreen, toldOnScreen } from "../../lib/model/console-change.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { ORG, ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import { OPERATIONS, type Operation } from "../../lib/model/role.ts";
import { SCHEME } from "../../lib/model/scheme.ts";
import { SECURED_USER } from "../../lib/model/secured-user.ts";
import { USER } from "../../lib/model/user.ts";
import type { Field, Fields } from "../../lib/model/thing.ts";
import { joined, same, text, type Text } from "../../lib/text/index.ts";

type FieldValues = Readonly<Record<string, unknown>>;

const NONE = text("(none)", "(なし)");

export const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** A value as people read it: a reference by its path, or by name and address; a custom field as `name=value`. */
const plain = (value: unknown): Text => {
  if (typeof value === "string") return same(value);
  if (typeof value === "boolean") return value ? text("yes", "はい") : text("no", "いいえ");
  if (typeof value !== "object" || value === null) return same(JSON.stringify(value));
  const { path, code, name, email, value: own, groups, ...others } = value as FieldValues;
  if (typeof path === "string") {
    const called = path === "" ? ROOT_ORG_NAME : path;
    return same(typeof code === "string" ? `${called} (${code})` : called);
  }
  if (typeof name === "string" && typeof email === "string") return same(`${name} <${email}>`);
  if (typeof name === "string" && typeof own === "string") return same(`${name}=${own}`);
  // who was in groups, and in which
  if (typeof name === "string" && Array.isArray(groups)) return same(`${name}=${groups.join("・")}`);
  // a scheme is named, and has an id that nobody reads
  if (typeof name === "string" && Object.keys(others).every((key) => key === "id")) return same(name);
  return same(JSON.stringify(value));
};

/** Values of one field that people are told; all of them are in the record. */
const MAX_TOLD = 20;

/** An instant in the zone of the context. */
export type Moment = (instant: string) => string;

/** A field of a user of SECURED APPs, in a list: a setting, or when a secret was set. */
interface OwnField {
  readonly field: string;
  readonly value?: unknown;
  readonly at?: string;
}

const isOwnField = (value: unknown): value is OwnField =>
  typeof value === "object" && value !== null && "field" in value && typeof value.field === "string";

/** What a task of the console sets, as a bundle has it. */
type SetInConsole = Readonly<Record<"before" | "after", string | null>> & OwnField;

const isSetInConsole = (value: OwnField): value is SetInConsole => "before" in value && "after" in value;

/** The fields of what is written by hand: a bundle does not say beside a value of which thing it is. */
const BY_HAND: Fields = { ...SECURED_USER.fields, ...DEVICE.fields, ...ORG.fields, ...USER.fields, ...ACCOUNT.fields };

/** A value of a field in words: a choice by its name, an instant in the context's zone. */
export const worded = (value: unknown, field: Field | undefined, moment: Moment): Text => {
  if (isOwnField(value) && isSetInConsole(value)) {
    const { [value.field]: of } = BY_HAND;
    const set = of?.secret === true ? text("(new)", "(新しい値)") : toldOnScreen(of, value.after);
    const label = calledOnScreen(BY_HAND, value.field);
    return text(`${label}=${set.en}`, `${label}=${set.ja}`);
  }
  if (isOwnField(value)) {
    const { field: own, value: setting, at } = value;
    const label = labelOf(SECURED_USER.fields, own);
    const said = at === undefined ? `=${String(setting)}` : ` (${moment(at)})`;
    return text(`${label.en}${said}`, `${label.ja}${said}`);
  }
  if (typeof value !== "string") return plain(value);
  if (field?.type === "instant") return same(moment(value));
  if (field?.type === "choice") return field.names?.[value] ?? same(value);
  if (field === SCHEME.fields.operations) return OPERATIONS[value as Operation]?.about ?? same(value);
  return plain(value);
};

/** A value in words; of a list the first ones. @param word of one value */
export const told = (value: unknown, word: (one: unknown) => Text): Text => {
  if (isBlank(value)) return NONE;
  if (!Array.isArray(value)) return word(value);
  const [first, more] = [value.slice(0, MAX_TOLD), value.length - MAX_TOLD];
  const rest = more > 0 ? [text(`${more} more`, `ほか ${more} 件`)] : [];
  return joined([...(first as readonly unknown[]).map(word), ...rest], same(", "));
};

/** What people call a field; its name where it has no words. */
export const labelOf = (fields: Fields | undefined, name: string): Text => {
  const { label, column } = fields?.[name] ?? {};
  return label ?? same(column?.header ?? name);
};
