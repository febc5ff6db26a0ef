import { Failure } from "../../errors/index.ts";
import { MAX_HEADER_ROW } from "../../model/import.ts";
import type { Fields } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { checkFieldValue } from "../records/records.ts";
import {
  DELETION_FIELDS,
  DELETION_LENGTHS,
  IMPORT_FIELDS,
  IMPORT_LENGTHS,
  IMPORT_LISTS,
  KIND,
  type ImportRequest,
  type Lengths,
} from "./request.ts";

const createWrongValueFailure = (name: string): Failure =>
  new Failure("usage", {
    what: text(`the value of ${name} is not possible`, `${name} に使えない値です`),
    where: `json.${name}`,
  });

const checkRequest = (asked: object, fields: Fields, lengths: Lengths): void => {
  const given = asked as Readonly<Record<string, unknown>>;
  checkFieldValue("kind", KIND.kind, given["kind"]);
  for (const [name, field] of Object.entries(fields))
    for (const value of [given[name] ?? []].flat()) checkFieldValue(name, field, value);
  for (const [name, length] of Object.entries(lengths)) checkLength(name, given[name], length);
};

const checkLength = (name: string, value: unknown, [least, most]: readonly [number, number]): void => {
  if (value === undefined) return;
  if (typeof value !== "string" || value.length < least || value.length > most) throw createWrongValueFailure(name);
};

export const checkImportRequest = (asked: ImportRequest): void => {
  checkRequest(asked, { ...IMPORT_FIELDS, ...IMPORT_LISTS }, IMPORT_LENGTHS);
  const { headerRow = 1 } = asked;
  if (!Number.isSafeInteger(headerRow) || headerRow < 1 || headerRow > MAX_HEADER_ROW)
    throw createWrongValueFailure("headerRow");
};

export const checkDeletionRequest = (asked: object): void => checkRequest(asked, DELETION_FIELDS, DELETION_LENGTHS);
