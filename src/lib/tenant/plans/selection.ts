import type { DeletionSelection } from "./staging/counts.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import { DEVICE_LIST } from "../records/device-rows.ts";
import { buildNumbersSql, type RecordList } from "../store/lists.ts";
import { buildSecuredUserList } from "../records/secured/user-rows.ts";
import type { Params } from "../store/store.ts";
import { USER_LIST } from "../records/user-rows.ts";

export const NAMED_IDS_TABLE = "temp.asked";

/** SQL: the record numbers of the specified organisations and of all organisations below them. */
const SUBTREE_SQL = `with recursive below (pk) as (
    select o.pk from org o join ${NAMED_IDS_TABLE} a on a.id = o.id union select o.pk from below b join org o on o.parent = b.pk)
  select pk from below`;

/** Returns the list whose filters select records of a format; undefined if records can only be specified by name. */
export const getFilterList = (kind: FormatName): RecordList | undefined => {
  const { app } = FORMATS[kind];
  if (app !== undefined) return buildSecuredUserList(app);
  if (kind === "orgs") return undefined;
  return kind === "users" ? USER_LIST : DEVICE_LIST;
};

/** SQL: the record numbers of the records that a deletion selects, including protected records. */
export const buildSelectedNumbersSql = (
  kind: FormatName,
  { by, ...filters }: DeletionSelection,
): { readonly sql: string; readonly params: Params } => {
  const list = getFilterList(kind);
  if (by === "filtered") {
    if (list === undefined) throw new TypeError(`the kind ${kind} does not have filters`);
    return buildNumbersSql(list, filters);
  }
  if (by === "below" && list === undefined) return { sql: SUBTREE_SQL, params: {} };
  const { among = "true", params = {}, thing } = list ?? { thing: FORMATS[kind].thing };
  const which = by === "below" ? `t.org in (${SUBTREE_SQL})` : `t.id in (select id from ${NAMED_IDS_TABLE})`;
  return { sql: `select t.pk from ${thing.name} t where ${among} and ${which}`, params };
};
