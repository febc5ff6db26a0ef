import type { Column, Format } from "./format.ts";
import { CUSTOM_VALUE_RULE } from "../model/thing.ts";

/** A column whose cells may be any name of a record, for a text with one name per line. */
export const ANY_NAME = "any";
export const ANY_NAME_HEADER = "clomoctl:any";
const PATH = "path";

/** Lists the columns that identify a record, the most usual first; the name of a person can be that of several. */
export const listIdentifyingFields = ({ thing, columns }: Format): readonly string[] => {
  const unique = columns.filter(({ sets }) => thing.fields[sets]?.unique === true).map(({ field }) => field);
  const path = thing.fields[PATH]?.derived === true ? [PATH] : [];
  return [...new Set([...thing.keys.map(({ field }) => field), ...unique, ...path, "id"])];
};

export const getNameField = ({ thing: { namedBy = "name" } }: Format): string => namedBy;

const createNameColumn = (field: string, header: string): Column => ({
  field,
  header,
  value: CUSTOM_VALUE_RULE,
  sets: field,
});

/** Returns the format of lists that only name records: no column is required, and no other column is read. */
export const toNamingFormat = (format: Format): Format => {
  const fields = [...listIdentifyingFields(format), getNameField(format)];
  const path = format.thing.fields[PATH]?.derived === true ? [createNameColumn(PATH, "組織パス")] : [];
  return {
    ...format,
    custom: false,
    columns: [
      ...format.columns.filter(({ field }) => fields.includes(field)).map((one) => ({ ...one, required: undefined })),
      ...path,
      createNameColumn("id", "ID"),
      createNameColumn(ANY_NAME, ANY_NAME_HEADER),
    ],
    fallbackKey: listIdentifyingFields(format),
    unique: [],
  };
};
