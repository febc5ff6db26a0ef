import type { DeletionSelection } from "./staging/counts.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";

export const NAMED_IDS_TABLE = "temp.asked";

/** SQL: the record numbers of the specified organisations and of all organisations below them. */
const SUBTREE_SQL = `with recursive below (pk) as (
    select o.pk from org o join ${NAMED_IDS_TABLE} a on a.id = o.id union select o.pk from below b join org o on o.parent = b.pk)
  select pk from below`;

/** SQL: the record numbers of the records that a deletion selects, including protected records. */
export const buildSelectedNumbersSql = (kind: FormatName, { by }: DeletionSelection): string => {
  if (by === "below" && kind === "orgs") return SUBTREE_SQL;
  const { name, scope } = FORMATS[kind].thing;
  const which = by === "below" ? `t.org in (${SUBTREE_SQL})` : `t.id in (select id from ${NAMED_IDS_TABLE})`;
  return `select t.pk from ${name} t where ${which}${scope === undefined ? "" : ` and t.${scope} = '${kind}'`}`;
};
