import { kindOf } from "../../../imports/kinds.ts";
import type { FormatName } from "../../../model/console-files.ts";
import { FORMATS } from "../../../model/formats.ts";
import { isCreatedIn, bitOf, versionTable } from "../../versions/tables.ts";
import { versionsOf } from "../../versions/keep.ts";
import { beforeIn, type FormerValues } from "../console.ts";
import { THEN } from "../sql/forms.ts";
import type { Reader } from "../store.ts";

/** The kinds of the things that rows name, by their tables. */
const KINDS: Readonly<Record<string, FormatName>> = { user: "users", org: "orgs" };

/** Maximum number of records that are looked at. */
const MAX_NAMED = 100;

/** A record that those of an import name, where a task changes by what files name it. */
export interface NamedByImport {
  readonly field: string;
  /** of the record that is named */
  readonly kind: FormatName;
  readonly id: string;
  /** the record that names it */
  readonly by: string;
  /** the task that changes it, and what the console has until that is done; undefined once it is */
  readonly former: FormerValues | undefined;
}

/**
 * What the records of an import name, of that which it changed, where tasks that are open or were closed since change by what
 * files name it.
 *
 * @param importId of an import whose records others may be named by
 */
export const namedByImport = async (
  reader: Reader,
  kind: FormatName,
  importId: string,
): Promise<readonly NamedByImport[]> => {
  const { thing } = FORMATS[kind];
  const versions = versionsOf(thing.name);
  const found = kindOf(FORMATS[kind]).fields.map(async ({ field, stored, merge, refers }): Promise<NamedByImport[]> => {
    const of = KINDS[refers?.to ?? ""];
    if (merge !== "reference" || refers === undefined || of === undefined) return [];
    const rows = await reader.all(
      `select distinct o.id, t.${thing.namedBy ?? "name"} as called, k.pk as task, k.state, k.object, k.changes
       from import i ${THEN} ${thing.name} t ${THEN} ${refers.to} o on o.pk = t.${stored}
         ${THEN} console_task k on k.kind = :of and k.thing is null and k.target = o.pk and k.work = 'edit'
       where i.id = :importId and (k.state = 'open' or k.closedAt > i.detail ->> 'committedAt')
         and exists (select 1 from json_each(k.changes) c where c.value ->> 'field' = :by)
         and (${isCreatedIn(thing, "t.pk", "i.revision")} or exists (select 1 from ${versionTable(versions)} v
           where v.pk = t.pk and v.revision = i.revision and v.action = 'update' and v.changed & ${bitOf(versions, stored)} <> 0))
       order by k.pk, t.pk limit :most`,
      { of, by: refers.by, importId, most: MAX_NAMED },
    );
    return rows.map((row) => ({
      field,
      kind: of,
      id: String(row["id"]),
      by: String(row["called"]),
      former:
        row["state"] === "open"
          ? { number: Number(row["task"]), objectId: String(row["object"]), values: beforeIn(row) }
          : undefined,
    }));
  });
  return (await Promise.all(found)).flat();
};
