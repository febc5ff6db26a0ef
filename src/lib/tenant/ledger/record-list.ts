import type { FormatName } from "../../nouns/index.ts";
import { createFormat } from "../../derived/format.ts";
import { ORG } from "../../nouns/organisation.ts";
import type { Fields, RecordType, FileRecordType } from "../../model/thing.ts";
import { CREATION_ORDER, type RecordList } from "./lists.ts";
import { buildCaseSql, buildFieldKeySql } from "../store/sql.ts";
import { ORG_POSITION_TABLE } from "./org-rows.ts";

/** Defines the list of a noun that is found by its ID and by its unique fields, with the organisations it refers to. */
export const defineRecordList = <F extends Fields>(
  thing: FileRecordType & RecordType<F>,
  name: FormatName,
): RecordList<F> => {
  const all: Fields = thing.fields;
  const format = createFormat(thing, name);
  const { namedBy = "name" } = thing;
  const keys = Object.keys(all).filter((field) => all[field]?.unique === true);
  const orgs = Object.keys(all).filter((field) => all[field]?.refers?.to === ORG.name && all[field].type === "object");
  const joins = orgs.map(
    (field) => `left join org "o ${field}" on "o ${field}".pk = t."${field}"
      left join temp.place "p ${field}" on "p ${field}".pk = t."${field}"`,
  );
  const columns = orgs.flatMap((field) => [
    [`${field}.id`, `"o ${field}".id`],
    [`${field}.code`, `"o ${field}".code`],
    [`${field}.path`, buildCaseSql(`"o ${field}".pk is null`, "null", `coalesce("p ${field}".path, '')`)],
  ]);
  const isNamed = keys.map((field) => {
    const value = buildFieldKeySql(thing, field, (column) => `t."${column}"`);
    return `${value} = ${all[field]?.comparison === undefined ? ":name" : ":nameKey"}`;
  });
  return {
    thing,
    format,
    table: `${thing.name} t`,
    order: [CREATION_ORDER],
    filters: { filterName: namedBy, filterId: "id" },
    named: ["t.id = :name", ...isNamed].join(" or "),
    ...(orgs.length > 0 && {
      joined: joins.join(" "),
      sql: Object.fromEntries(columns) as Readonly<Record<string, string>>,
      org: `t."${orgs[0]}"`,
      derived: [ORG_POSITION_TABLE],
    }),
  };
};
