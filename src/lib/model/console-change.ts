import { same, text, type Text } from "../text/index.ts";
import { itemName, SCHEME } from "./scheme.ts";
import type { Operation } from "./role.ts";
import type { Field, Fields } from "./thing.ts";

/** What the console calls a field of a task; `custom:NAME` is one of the tenant's own. */
export const calledOnScreen = (fields: Fields, field: string): string => {
  const { [field]: of } = fields;
  return of?.onScreen ?? of?.label?.ja ?? of?.column?.header ?? field.replace(/^custom:/, "");
};

const NO_VALUE = text("(blank)", "(空)");

const isSwitch = (field: Field): boolean =>
  field.type === "boolean" || ("rule" in field && field.rule?.kind === "boolean");

/** A value of a task as people read it. @param of its field; undefined for one of the tenant's own */
export function toldOnScreen(of: Field | undefined, value: string | readonly string[] | null): Text {
  if (of !== undefined && isSwitch(of)) return value === "TRUE" ? text("on", "オン") : text("off", "オフ");
  if (value === null || value.length === 0) return NO_VALUE;
  if (of?.type === "choice" && typeof value === "string") return of.names?.[value] ?? same(value);
  if (of === SCHEME.fields.operations && typeof value !== "string")
    return same(value.map((item) => `「${itemName(item as Operation)}」`).join(""));
  return same(typeof value === "string" ? value : value.join(", "));
}
