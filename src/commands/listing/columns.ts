import { shownFields, type Field, type Fields } from "../../lib/model/thing.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, type Text } from "../../lib/text/index.ts";

type Values = Readonly<Record<string, unknown>>;

const column = (
  key: string,
  header: Text,
  field: Field | undefined,
  value: (record: Values) => unknown,
): Column<Values> => {
  const names = field?.type === "choice" ? field.names : undefined;
  return {
    key,
    header,
    align: field?.type === "integer" ? "end" : undefined,
    value,
    name: names && ((record) => names[String(value(record))] ?? null),
  };
};

const columnsOfField = (name: string, field: Field): readonly Column<Values>[] => {
  if (field.label === undefined) return [];
  if (!("of" in field) || field.columns === undefined) {
    return [column(name, field.label, field, (record) => record[name])];
  }
  return field.columns.map(([key, member]) => {
    const of = field.of[member];
    return column(key, of?.label ?? same(key), of, (record) => (record[name] as Values)[member]);
  });
};

/** The columns of a list of a thing: one for each field that has a label, in the order of the tenant API. */
export const columnsOfFields = <R>(fields: Fields): readonly Column<R>[] =>
  shownFields(fields).flatMap(([name, field]) => columnsOfField(name, field)) as unknown as readonly Column<R>[];
