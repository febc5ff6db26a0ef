import { Failure } from "../../errors/index.ts";
import { NOT_EXPORTED_KINDS } from "../../nouns/index.ts";
import { MAX_HEADER_ROW } from "../../model/import.ts";
import type { Fields } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { checkFieldValue } from "../ledger/records.ts";
import {
  IMPORT_FIELDS,
  IMPORT_LENGTHS,
  IMPORT_LISTS,
  IMPORT_KIND_FIELDS,
  type ImportRequest,
} from "../ledger/import-request.ts";

export const createWrongValueFailure = (name: string): Failure =>
  new Failure("usage", {
    what: text(`${name} has an invalid value`, `${name} の値が正しくありません`),
    where: `json.${name}`,
  });

export const checkImportRequest = (asked: ImportRequest): void => {
  const given = asked as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries({ ...IMPORT_KIND_FIELDS, ...IMPORT_FIELDS, ...IMPORT_LISTS } as Fields))
    for (const value of [given[name] ?? []].flat()) checkFieldValue(name, field, value);
  for (const [name, [least, most]] of Object.entries(IMPORT_LENGTHS)) {
    const { [name]: value = "-" } = given;
    if (typeof value !== "string" || value.length < least || value.length > most) throw createWrongValueFailure(name);
  }
  const { headerRow = 1 } = asked;
  if (!Number.isSafeInteger(headerRow) || headerRow < 1 || headerRow > MAX_HEADER_ROW)
    throw createWrongValueFailure("headerRow");
  if (asked.fromConsole === true && NOT_EXPORTED_KINDS.includes(asked.kind))
    throw createWrongValueFailure("fromConsole");
};
