import { FORMATS } from "../../model/formats.ts";
import type { ImportRecord } from "../plans/import-rows.ts";
import { ORDERED_JOIN } from "../store/sql/forms.ts";
import type { Reader } from "../store/store.ts";
import { getVersionSchema } from "../versions/keep.ts";
import { getVersionTable } from "../versions/tables.ts";
import { isCustomFieldColumn } from "./drift.ts";
import { findFileFields } from "./exported.ts";
import { CUSTOM_FIELDS_COLUMN } from "./observed.ts";

/** Returns how many records in a change's upload file are outdated, because their values were changed later. */
export const countOutdatedRecords = (
  reader: Reader,
  { kind, detail }: ImportRecord,
  revision: number,
): Promise<number> => {
  const { thing } = FORMATS[kind];
  const versions = getVersionSchema(thing.name);
  const shown = detail.staged?.staged;
  const isOf = (column: string, field: string): boolean =>
    isCustomFieldColumn(field) ? column === CUSTOM_FIELDS_COLUMN : findFileFields(thing, column).includes(field);
  const isInFile = (column: string): boolean => shown?.some((field) => isOf(column, field)) !== false;
  const bits = versions.columns.filter(({ name, leads }) => leads && isInFile(name)).map(({ bit }) => bit);
  const table = `main.${getVersionTable(versions)}`;
  const written = `select v.pk from ${table} v where v.revision = :revision and v.action <> 'delete' and v.changed <> 0
    union select t.pk from main.created_range c ${ORDERED_JOIN} main.${thing.name} t on t.pk between c.first and c.last
      where c.revision = :revision and c.thing = '${thing.name}'
    union select d.pk from main.created_range c ${ORDERED_JOIN} ${table} d on d.pk between c.first and c.last
      where c.revision = :revision and c.thing = '${thing.name}' and d.action = 'delete'`;
  return reader.count(
    `select count(*) from (${written}) w
     where not exists (select 1 from main.left_out l where l.revision = :revision and l.thing = '${thing.name}' and l.pk = w.pk)
       and exists (select 1 from ${table} v where v.pk = w.pk and v.revision > :revision
         and (v.action = 'delete' or v.changed & (${bits.join(" | ") || "0"}) <> 0))`,
    { revision },
  );
};
