import { same, text, type Text } from "../text/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "./account.ts";
import type { FormatName } from "./console-files.ts";
import { FORMATS } from "./formats.ts";
import { SCHEME } from "./scheme.ts";
import { SECURED_GROUP } from "./secured-user.ts";
import type { Field, Fields, Thing } from "./thing.ts";

/** The things that are written by hand, and that no file has. */
const WITHOUT_FILES: readonly Thing[] = [SECURED_GROUP, SCHEME, ACCOUNT, ACCOUNT_SETTINGS];

/** Of what records a task is: `thing` names one that no file has. */
interface Of {
  readonly kind: FormatName;
  readonly thing: string | null;
}

/** Whether a task is of a thing without files, of which no export of the console tells. */
export const isWithoutFiles = ({ thing }: Pick<Of, "thing">): boolean =>
  WITHOUT_FILES.some(({ name }) => name === thing);

/** The thing that a task is of. */
export const thingOf = ({ kind, thing }: Of): Thing =>
  WITHOUT_FILES.find(({ name }) => name === thing) ?? FORMATS[kind].thing;

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
  return same(typeof value === "string" ? value : value.join(", "));
}
