import type { ZodString } from "zod";
import { Failure } from "../../errors/index.ts";
import { FORMAT_NAMES } from "../../model/console-files.ts";
import { KEY_NAMES } from "../../model/formats.ts";
import {
  ALLOWANCES,
  BLANK_CHOICES,
  FIX_CHOICES,
  MAX_HEADER_ROW,
  ORG_BY_CHOICES,
  UNDELETABLE_CHOICES,
} from "../../model/import.ts";
import type { Field, Fields } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import type * as Inputs from "../inputs.ts";
import { checkFieldValue } from "../records/records.ts";
import type { StoredRequest } from "./import-rows.ts";

// What plans are asked for with. The schemas for requests over sockets and the checks for all callers are derived from
// the same tables.

/** The options of an import; one that is missing has its default. */
export type ImportRequest = Pick<StoredRequest, "kind"> & { readonly mode?: "append" | "replace" | undefined } & {
  readonly [K in Exclude<keyof StoredRequest, "kind" | "mode" | "select" | "scope">]?: StoredRequest[K] | undefined;
};

const FLAG = { type: "boolean" } as const;

const KIND = { kind: { type: "choice", choices: FORMAT_NAMES } } as const satisfies Fields;

const IMPORT_FIELDS = {
  mode: { type: "choice", choices: ["append", "replace"] },
  key: { type: "choice", choices: KEY_NAMES },
  blank: { type: "choice", choices: BLANK_CHOICES },
  undeletable: { type: "choice", choices: UNDELETABLE_CHOICES },
  orgBy: { type: "choice", choices: ORG_BY_CHOICES },
  prefer: { type: "choice", choices: ["console"] },
  createOrgs: FLAG,
  createGroups: FLAG,
  skipInvalid: FLAG,
  fromConsole: FLAG,
  keepMissing: FLAG,
  generatePasswords: FLAG,
  forConsole: FLAG,
} as const satisfies Fields;

const DELETION_FIELDS = { recursive: FLAG, direct: FLAG, org: { type: "id" } } as const satisfies Fields;

/** The minimum and maximum length of texts, in UTF-16 units. A filter must not be empty, which would match everything. */
type Lengths = Readonly<Record<string, readonly [number, number]>>;

const IMPORT_LENGTHS = { fileName: [0, 255], sheet: [0, 255], delimiter: [1, 1] } as const satisfies Lengths;

const FILTER_LENGTH = [1, 1000] as const;
const DELETION_LENGTHS = {
  called: [0, 255],
  filterName: FILTER_LENGTH,
  filterId: FILTER_LENGTH,
  search: FILTER_LENGTH,
  status: FILTER_LENGTH,
  platform: FILTER_LENGTH,
  tag: FILTER_LENGTH,
} as const satisfies Lengths;

const buildTextSchemas = <L extends Lengths>({ z }: typeof Inputs, lengths: L) =>
  Object.fromEntries(
    Object.entries(lengths).map(([name, [least, most]]) => [name, z.string().min(least).max(most)]),
  ) as { [K in keyof L]: ZodString };

/** The rules for reading a file with foreign headers. */
const buildMapSchema = ({ z }: typeof Inputs) => {
  const texts = z.array(z.string()).min(1).readonly();
  return z.strictObject({
    columns: z.array(z.strictObject({ header: z.string(), to: z.string().nullable() })).readonly(),
    joins: z
      .array(z.strictObject({ field: z.string(), headers: texts }))
      .readonly()
      .optional(),
    values: z
      .array(z.strictObject({ field: z.string(), from: z.string(), to: z.string() }))
      .readonly()
      .optional(),
    skip: z
      .array(z.strictObject({ header: z.string(), values: texts }))
      .readonly()
      .optional(),
    dialect: z.strictObject({ delimiter: z.string().length(1), quote: z.string().length(1).optional() }).optional(),
  });
};

export const buildImportInput = (kit: typeof Inputs) => {
  const { z, buildFieldSchemas } = kit;
  return z.strictObject({
    ...buildFieldSchemas(KIND),
    ...z.object(buildFieldSchemas(IMPORT_FIELDS)).partial().shape,
    ...z.object(buildTextSchemas(kit, IMPORT_LENGTHS)).partial().shape,
    fix: z.array(z.enum(FIX_CHOICES)).readonly().optional(),
    allow: z.array(z.enum(ALLOWANCES)).readonly().optional(),
    headerRow: z.int().min(1).max(MAX_HEADER_ROW).optional(),
    map: buildMapSchema(kit).optional(),
  });
};

/** The records to delete: by ID, or by filters of this kind's list; a record must match all filters. */
export const buildDeletionInput = (kit: typeof Inputs) => {
  const { z, buildFieldSchemas, Id } = kit;
  return z.strictObject({
    ...buildFieldSchemas(KIND),
    ids: z.array(Id).min(1).readonly().optional(),
    ...z.object(buildFieldSchemas(DELETION_FIELDS)).partial().shape,
    ...z.object(buildTextSchemas(kit, DELETION_LENGTHS)).partial().shape,
  });
};

const createWrongValueFailure = (name: string): Failure =>
  new Failure("usage", {
    what: text(`the value of ${name} is not possible`, `${name} に使えない値です`),
    where: `json.${name}`,
  });

const checkRequest = (asked: object, fields: Fields, lengths: Lengths): void => {
  const given = asked as Readonly<Record<string, unknown>>;
  checkFieldValue("kind", KIND.kind, given["kind"]);
  for (const [name, field] of Object.entries(fields))
    if (given[name] !== undefined) checkFieldValue(name, field, given[name]);
  for (const [name, length] of Object.entries(lengths)) checkLength(name, given[name], length);
};

export const checkLength = (name: string, value: unknown, [least, most]: readonly [number, number]): void => {
  if (value === undefined) return;
  if (typeof value !== "string" || value.length < least || value.length > most) throw createWrongValueFailure(name);
};

/** @throws Failure `input-rejected` or `usage` if an option has a value that is not possible */
export const checkImportRequest = (asked: ImportRequest): void => {
  checkRequest(asked, IMPORT_FIELDS, IMPORT_LENGTHS);
  const { fix = [], allow = [], headerRow = 1 } = asked;
  const lists: readonly (readonly [string, readonly string[], readonly [string, ...string[]]])[] = [
    ["fix", fix, FIX_CHOICES],
    ["allow", allow, ALLOWANCES],
  ];
  for (const [name, values, choices] of lists) {
    const field: Field = { type: "choice", choices };
    for (const value of values) checkFieldValue(name, field, value);
  }
  if (!Number.isSafeInteger(headerRow) || headerRow < 1 || headerRow > MAX_HEADER_ROW)
    throw createWrongValueFailure("headerRow");
};

/** @throws Failure `input-rejected` or `usage` if a filter has a value that is not possible */
export const checkDeletionRequest = (asked: object): void => checkRequest(asked, DELETION_FIELDS, DELETION_LENGTHS);

/** @throws Failure `usage` if a number of lines is not positive */
export const checkLimit = (limit: number | undefined): void => {
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) throw createWrongValueFailure("limit");
};

/** Returns the options of an import with their defaults. */
export const completeRequest = ({
  mode = "append",
  key = "email",
  createOrgs = false,
  createGroups = false,
  skipInvalid = false,
  delimiter = ",",
  fileName = "-",
  ...others
}: ImportRequest): StoredRequest => ({
  ...others,
  mode,
  key,
  createOrgs,
  createGroups,
  skipInvalid,
  delimiter,
  fileName,
});
