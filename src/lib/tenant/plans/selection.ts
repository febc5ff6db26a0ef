import type { Selection } from "./staging/counts.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import type { Thing } from "../../model/thing.ts";
import { DEVICES } from "../records/device-rows.ts";
import { numbersOf, type List } from "../store/lists.ts";
import { securedUsers } from "../records/secured/user-rows.ts";
import type { Params } from "../store/store.ts";
import { USERS } from "../records/user-rows.ts";

/** The table of what was named, by ids, beside the plan of a deletion. */
export const ASKED = "s.asked";

/** The table of the records of a thing that a deletion takes, by their numbers. */
export const chosenTable = ({ name }: Pick<Thing, "name">): string => `s.chosen_${name}`;

/** SQL: the numbers of the organisations that were named, and of all below them. */
const BELOW = `with recursive below (pk) as (
    select o.pk from org o join ${ASKED} a on a.id = o.id union select o.pk from below b join org o on o.parent = b.pk)
  select pk from below`;

/** The list whose filters choose records of a kind; undefined where they can only be named. */
export const filteredList = (kind: FormatName): List | undefined => {
  const { app } = FORMATS[kind];
  if (app !== undefined) return securedUsers(app);
  if (kind === "orgs") return undefined;
  return kind === "users" ? USERS : DEVICES;
};

/** SQL: the numbers of the records of a kind that a deletion takes, protected ones among them. */
export const chosenNumbers = (
  kind: FormatName,
  { by, ...filters }: Selection,
): { readonly sql: string; readonly params: Params } => {
  const list = filteredList(kind);
  if (by === "filtered") {
    if (list === undefined) throw new TypeError(`${kind} have no filters`);
    return numbersOf(list, filters);
  }
  if (by === "below" && list === undefined) return { sql: BELOW, params: {} };
  const { among = "true", params = {}, thing } = list ?? { thing: FORMATS[kind].thing };
  const which = by === "below" ? `t.org in (${BELOW})` : `t.id in (select id from ${ASKED})`;
  return { sql: `select t.pk from ${thing.name} t where ${among} and ${which}`, params };
};
