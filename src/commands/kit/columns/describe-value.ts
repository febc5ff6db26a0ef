import { OPERATIONS, type Operation } from "../../../lib/derived/role-policy.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import { SCHEME } from "../../../lib/nouns/scheme.ts";
import { SECURED_USER } from "../../../lib/nouns/secured-user.ts";
import type { Field, Fields } from "../../../lib/model/thing.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";

export const describePlainValue = (value: unknown): Text => {
  if (typeof value === "string") return same(value);
  if (typeof value === "boolean") return value ? text("yes", "はい") : text("no", "いいえ");
  if (typeof value !== "object" || value === null) return same(JSON.stringify(value));
  const { path, code, name, email, value: own, groups, ...others } = value as Readonly<Record<string, unknown>>;
  if (typeof path === "string") {
    const called = path === "" ? ROOT_ORG_NAME : path;
    return same(typeof code === "string" ? `${called} (${code})` : called);
  }
  if (typeof name === "string" && typeof email === "string") return same(`${name} <${email}>`);
  if (typeof name === "string" && typeof own === "string") return same(`${name}=${own}`);
  if (typeof name === "string" && Array.isArray(groups)) return same(`${name}=${groups.join("・")}`);
  // omit the ID of a permission scheme, because users do not need the ID
  if (typeof name === "string" && Object.keys(others).every((key) => key === "id")) return same(name);
  return same(JSON.stringify(value));
};

const MAX_SHOWN_VALUES = 20;

export type InstantFormatter = (instant: string) => string;

const isFieldEntry = (value: unknown): value is Readonly<{ field: string; value?: unknown; at?: string }> =>
  typeof value === "object" && value !== null && "field" in value && typeof value.field === "string";

export const describeValue = (value: unknown, field: Field | undefined, moment: InstantFormatter): Text => {
  if (isFieldEntry(value)) {
    const { field: own, value: setting, at } = value;
    const label = labelOf(SECURED_USER.fields, own);
    const said = at === undefined ? `=${String(setting)}` : ` (${moment(at)})`;
    return text(`${label.en}${said}`, `${label.ja}${said}`);
  }
  if (typeof value !== "string") return describePlainValue(value);
  if (field?.type === "instant") return same(moment(value));
  if (field?.type === "choice") return field.names?.[value] ?? same(value);
  if (field === SCHEME.fields.operations) return OPERATIONS[value as Operation]?.about ?? same(value);
  return describePlainValue(value);
};

export const describeValueOrList = (value: unknown, word: (one: unknown) => Text): Text => {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0))
    return text("(blank)", "(空)");
  if (!Array.isArray(value)) return word(value);
  const [first, more] = [value.slice(0, MAX_SHOWN_VALUES), value.length - MAX_SHOWN_VALUES];
  const rest = more > 0 ? [text(`${more} more`, `ほか ${more} 件`)] : [];
  return joinTexts([...(first as readonly unknown[]).map(word), ...rest], same(", "));
};

export const labelOf = (fields: Fields | undefined, name: string): Text => {
  const { label, column } = fields?.[name] ?? {};
  return label ?? same(column?.header ?? name);
};
