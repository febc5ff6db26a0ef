import { EMAIL_ADDRESS_RULE } from "../../lib/model/rules.ts";
import { buildListColumns, type Fields } from "../../lib/model/thing.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same } from "../../lib/text/index.ts";

type RecordValues = Readonly<Record<string, unknown>>;

/** Returns the columns for a list of records with the given fields. @see listColumnsOf */
export const buildFieldColumns = <R>(fields: Fields): readonly Column<R>[] =>
  buildListColumns(fields).map(({ key, name, member, field }) => {
    const names = field.type === "choice" ? field.names : undefined;
    const value = (record: R): unknown => {
      const { [name]: whole } = record as RecordValues;
      return member === undefined ? whole : (whole as RecordValues | null)?.[member];
    };
    return {
      key,
      header: field.label ?? same(key),
      fileHeader: field.column?.header,
      align: field.type === "integer" ? "end" : undefined,
      instant: field.type === "instant",
      // keys and addresses are copied into other commands
      whole: field.unique === true || ("rule" in field && field.rule === EMAIL_ADDRESS_RULE),
      value,
      name: names && ((record) => names[String(value(record))] ?? null),
    };
  });
