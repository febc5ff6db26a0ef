import { FORMATS } from "../../model/formats.ts";
import { ORG } from "../../nouns/organisation.ts";
import type { RecordType } from "../../model/thing.ts";
import { buildCaseSql, buildNameListSql, ORDERED_JOIN } from "../store/sql.ts";
import type { VersionSchema } from "../versions/tables.ts";
import { findFieldOfColumn } from "../versions/timeline.ts";
import { ROOT_ORG_NUMBER } from "../records/org-rows.ts";
import { CUSTOM_FIELDS_COLUMN, getObservedTable } from "./observed-state.ts";

const getExportUse = (kind: string): string => `export ${kind}`;

const EXPORTED_COLUMNS_SQL = `main.layout l ${ORDERED_JOIN} json_each(l.columns, '$.map.columns') c`;

/** SQL: a bit mask of the columns that no export shows, such as references to organisations without a code. */
export const buildUnseenBitsSql = ({ thing, columns }: VersionSchema): string => {
  const use =
    thing.scope === undefined
      ? `'${getExportUse(Object.keys(thing.formats ?? {}).join())}'`
      : `'${getExportUse("")}' || t.${thing.scope}`;
  const isSeen = (name: string): string => {
    const field =
      name === CUSTOM_FIELDS_COLUMN
        ? "exists (select 1 from main.custom_field f where f.name = c.value ->> 'to')"
        : `c.value ->> 'to' in (${buildNameListSql(findFileFields(thing, name))})`;
    const isNamed =
      thing !== ORG && findFieldOfColumn(thing, name)?.refers?.to === ORG.name
        ? ` and not exists (select 1 from main.org n where n.code is null and n.parent is not null and n.pk = ${buildCaseSql(
            `coalesce(t.${name}, ${ROOT_ORG_NUMBER}) = ${ROOT_ORG_NUMBER}`,
            `(select z.${name} from main.${getObservedTable({ thing })} z where z.pk = t.pk)`,
            `t.${name}`,
          )})`
        : "";
    return `exists (select 1 from ${EXPORTED_COLUMNS_SQL} where l.use = ${use} and ${field})${isNamed}`;
  };
  return `(${columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => buildCaseSql(isSeen(name), "0", bit))
    .join(" | ")})`;
};

/** Returns the fields of files that contain a column of the record type. */
export const findFileFields = (thing: RecordType, column: string): readonly string[] => {
  const field = findFieldOfColumn(thing, column);
  if (field === undefined) return [];
  const formats = Object.values(FORMATS).filter((format) => format.thing === thing);
  const shown = formats.flatMap(({ columns }) => columns.filter(({ sets }) => thing.fields[sets] === field));
  return [...new Set(shown.map((one) => one.field))];
};
