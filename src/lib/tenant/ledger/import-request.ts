import type { z, ZodString } from "zod";
import { tryOrUndefined } from "../../errors/index.ts";
import { ROW_SUBJECTS, WORD_MEANINGS } from "../../model/leaving.ts";
import { FORMAT_NAMES } from "../../nouns/index.ts";
import { KEY_NAMES } from "../../derived/formats.ts";
import {
  ALLOWANCES,
  BLANK_CHOICES,
  MAX_HEADER_ROW,
  ORG_BY_CHOICES,
  UNDELETABLE_CHOICES,
  LIST_USES,
} from "../../model/import.ts";
import type { Fields } from "../../model/thing.ts";
import type * as Inputs from "./inputs.ts";

const BOOLEAN_FIELD = { type: "boolean" } as const;

export const IMPORT_KIND_FIELDS = { kind: { type: "choice", choices: FORMAT_NAMES } } as const satisfies Fields;

export const IMPORT_FIELDS = {
  mode: { type: "choice", choices: ["append", "replace"] },
  key: { type: "choice", choices: KEY_NAMES },
  blank: { type: "choice", choices: BLANK_CHOICES },
  undeletable: { type: "choice", choices: UNDELETABLE_CHOICES },
  orgBy: { type: "choice", choices: ORG_BY_CHOICES },
  createOrgs: BOOLEAN_FIELD,
  orgs: { type: "id" },
  createGroups: BOOLEAN_FIELD,
  skipInvalid: BOOLEAN_FIELD,
  fromConsole: BOOLEAN_FIELD,
  keepMissing: BOOLEAN_FIELD,
  /** keep missing records to which wishes refer, or which an undo brought back, because nobody can be asked */
  keepUsed: BOOLEAN_FIELD,
  generatePasswords: BOOLEAN_FIELD,
  forConsole: BOOLEAN_FIELD,
  learns: BOOLEAN_FIELD,
  /** the days on which the rows of people are judged */
  today: { type: "day" },
  on: { type: "day" },
} as const satisfies Fields;

export const IMPORT_LISTS = {
  allow: { type: "choice", choices: ALLOWANCES },
} as const satisfies Fields;

/** Lengths are in UTF-16 units. */
export type LengthLimits = Readonly<Record<string, readonly [number, number]>>;

export const IMPORT_LENGTHS = {
  fileName: [0, 255],
  sheet: [0, 255],
  delimiter: [1, 1],
} as const satisfies LengthLimits;

const buildTextSchemas = <L extends LengthLimits>({ z }: typeof Inputs, lengths: L) =>
  Object.fromEntries(
    Object.entries(lengths).map(([name, [least, most]]) => [name, z.string().min(least).max(most)]),
  ) as { [K in keyof L]: ZodString };

const buildReadingSchema = ({ z, buildFieldSchemas }: typeof Inputs) => {
  const { key, blank, orgBy } = buildFieldSchemas(IMPORT_FIELDS);
  const headerRow = z.int().min(1).max(MAX_HEADER_ROW);
  return z.strictObject({ key, blank, orgBy, sheet: z.string().max(255), headerRow }).partial();
};

const buildMapSchema = (kit: typeof Inputs) => {
  const { z } = kit;
  const listOf = <S extends z.ZodType>(schema: S) => z.array(schema).readonly();
  const texts = z.array(z.string()).min(1).readonly();
  const word = z.strictObject({ word: z.string(), means: z.enum(WORD_MEANINGS) });
  const row = z.strictObject({ header: z.string(), says: z.enum(ROW_SUBJECTS), words: listOf(word).optional() });
  return z.strictObject({
    columns: listOf(z.strictObject({ header: z.string(), to: z.string().nullable() })),
    joins: listOf(z.strictObject({ field: z.string(), headers: texts })).optional(),
    values: listOf(z.strictObject({ field: z.string(), from: z.string(), to: z.string() })).optional(),
    rows: listOf(row).optional(),
    options: buildReadingSchema(kit).optional(),
  });
};

export const buildReadingInput = (kit: typeof Inputs) =>
  kit.z.strictObject({ headers: kit.z.array(kit.z.string()).min(1).readonly(), map: buildMapSchema(kit) });

export const buildLayoutInput = (kit: typeof Inputs) =>
  kit.z.strictObject({
    use: kit.z.enum(LIST_USES),
    ...kit.buildFieldSchemas(IMPORT_KIND_FIELDS),
    ...buildReadingInput(kit).shape,
  });

export const buildImportInput = (kit: typeof Inputs) => {
  const { z, buildFieldSchemas } = kit;
  return z.strictObject({
    ...buildFieldSchemas(IMPORT_KIND_FIELDS),
    ...z.object(buildFieldSchemas(IMPORT_FIELDS)).partial().shape,
    ...z.object(buildTextSchemas(kit, IMPORT_LENGTHS)).partial().shape,
    ...buildReadingSchema(kit).shape,
    allow: z.array(z.enum(ALLOWANCES)).readonly().optional(),
    map: buildMapSchema(kit).optional(),
  });
};

export const buildDeletionInput = (kit: typeof Inputs) => {
  const { z, buildFieldSchemas, Id } = kit;
  return z.strictObject({
    ...buildFieldSchemas(IMPORT_KIND_FIELDS),
    ids: z.array(Id).min(1).readonly(),
    recursive: z.boolean().optional(),
    called: z.string().max(255).optional(),
    learns: buildReadingInput(kit).optional(),
  });
};

export const buildSelectionInput = (kit: typeof Inputs) => {
  const { z, buildFieldSchemas, queryFlag, limitParameter } = kit;
  const { kind, key, today, on } = { ...buildFieldSchemas(IMPORT_KIND_FIELDS), ...buildFieldSchemas(IMPORT_FIELDS) };
  const { sheet, delimiter } = buildTextSchemas(kit, IMPORT_LENGTHS);
  const parseJson = (value: unknown): unknown =>
    (typeof value === "string" ? tryOrUndefined((): unknown => JSON.parse(value)) : undefined) ?? value;
  return z.strictObject({
    kind,
    today,
    ...z.object({ key, on, sheet, delimiter, headerRow: limitParameter }).partial().shape,
    lines: queryFlag.optional(),
    map: z.preprocess(parseJson, buildMapSchema(kit)).optional(),
  });
};

export type ImportRequest = Readonly<z.input<ReturnType<typeof buildImportInput>>>;

const IMPORT_DEFAULTS = {
  mode: "append",
  key: "email",
  createOrgs: false,
  createGroups: false,
  skipInvalid: false,
  delimiter: ",",
  fileName: "-",
} as const;

type Defaults = keyof typeof IMPORT_DEFAULTS;

export type StoredRequest = Omit<ImportRequest, Defaults> & {
  readonly [K in Exclude<Defaults, "mode">]: NonNullable<ImportRequest[K]>;
} & {
  /** `delete` deletes records by id, without a file */
  readonly mode: "append" | "replace" | "delete";
  /** true to find the records that a file names, and to change nothing */
  readonly selects?: true | undefined;
  /** true for a text with one name per line, which has no header row */
  readonly lines?: boolean | undefined;
  readonly recursive?: boolean | undefined;
  /** numbers of the organisations that limit the import, including those below; undefined: no limit */
  readonly scope?: readonly number[] | undefined;
};

export const completeRequest = (asked: ImportRequest): StoredRequest => {
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { ...IMPORT_DEFAULTS, ...(given as ImportRequest) } as StoredRequest;
};
