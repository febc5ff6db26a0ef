import type { Format, FormatName } from "./format.ts";
import { ORGS } from "./orgs.ts";
import { SECURED_FORMATS } from "./secured.ts";
import { USERS } from "./users.ts";

export type { Column, CustomField, Format, FormatName } from "./format.ts";
export { columnsOf, findColumn, nearestHeader, nearestName } from "./find.ts";
export { SECURED_FORMATS } from "./secured.ts";

/** Every kind of console file, by the name that `--as` takes. */
export const FORMATS: Readonly<Record<FormatName, Format>> = { users: USERS, orgs: ORGS, ...SECURED_FORMATS };

export const FORMAT_NAMES: readonly FormatName[] = [
  "users",
  "orgs",
  "browser",
  "docs",
  "mailer",
  "calendar",
  "contacts",
];
