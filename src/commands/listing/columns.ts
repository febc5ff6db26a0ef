import { shownFields, type Field, type Fields } from "../../lib/model/thing.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, type Text } from "../../lib/text/index.ts";

type Values = Readonly<Record<string, unknown>>;

const column = (
  key: string,
  header: Text,
  type: Field["type"],
  value: (record: Values) => unknown,
): Column<Values> => ({
  key,
  header,
  ...(type === "integer" ? { align: "end" as const } : {}),
  value,
});

const columnsOfField = (name: string, field: Field): readonly Column<Values>[] => {
  if (field.label === undefined) return [];
  if (!("of" in field) || field.columns === undefined) {
    return [column(name, field.label, field.type, (record) => record[name])];
  }
  return field.columns.map(([key, member]) => {
    const { label = same(key), type = "text" } = field.of[member] ?? {};
    return column(key, label, type, (record) => (record[name] as Values)[member]);
  });
};

/** The columns of a list of a thing: one for each field that has a label, in the order of the tenant API. */
export const columnsOfFields = <R>(fields: Fields): readonly Column<R>[] =>
  shownFields(fields).flatMap(([name, field]) => columnsOfField(name, field)) as unknown as readonly Column<R>[];
