import { z } from "zod";
import { createPlainTextSchema, readYaml, createWholeNumberSchema, type YamlPath } from "../../files/yaml.ts";
import { KEY_NAMES, type KeyName } from "../../derived/formats.ts";
import { BLANK_CHOICES, MAX_HEADER_ROW, ORG_BY_CHOICES, type OrgBy } from "../../model/import.ts";
import { text, type Text } from "../../text/index.ts";
import { findColumn, hasOrgColumn, type CustomField, type Format } from "../../derived/format.ts";
import { ROW_SUBJECTS, WORD_MEANINGS, type RowColumn, type RowSubject, type WordMeaning } from "../../model/leaving.ts";
import { findMapFaults, type ColumnMap, type MapPart } from "./map.ts";

const IGNORED_COLUMN_TARGET = "ignore";

const MAX_MAP_CHARACTERS = 1_000_000;

const MAP_FILE_HINT = text(
  `a column map file has the sections columns, join, values, rows and options`,
  `対応表ファイルには columns・join・values・rows・options を書きます`,
);

const allowBlank = <S extends z.ZodType>(blank: () => unknown, schema: S) =>
  z.preprocess((value) => (value === "" ? blank() : value), schema);

const createMapSchema = <S extends z.ZodType>(value: S) => allowBlank(() => new Map(), z.map(z.string(), value));

const createListsSchema = () => createMapSchema(z.array(z.string()).min(1)).optional();

const createWordsSchema = () => createMapSchema(createMapSchema(z.enum(WORD_MEANINGS))).optional();

const RowsSchema = z.strictObject({
  skip: createListsSchema().transform(
    (lists = new Map()) =>
      new Map(Array.from(lists, ([header, all]) => [header, new Map(all.map((word) => [word, "skip"] as const))])),
  ),
  leaving: createWordsSchema(),
  effect: createWordsSchema(),
  joining: createWordsSchema(),
  rejoining: createWordsSchema(),
});

const OptionsSchema = z.strictObject({
  sheet: createPlainTextSchema().optional(),
  "header-row": createWholeNumberSchema(1, MAX_HEADER_ROW).optional(),
  "org-by": z.enum(ORG_BY_CHOICES).optional(),
  blank: z.enum(BLANK_CHOICES).optional(),
  key: z.enum(KEY_NAMES).optional(),
});

const MapSchema = allowBlank(
  () => ({}),
  z.strictObject({
    columns: createMapSchema(z.string()).optional(),
    join: createListsSchema(),
    values: createMapSchema(z.map(z.string(), z.string())).optional(),
    rows: allowBlank(() => undefined, RowsSchema.optional()).optional(),
    options: allowBlank(() => undefined, OptionsSchema.optional()).optional(),
  }),
);

const SECTION_WITH_USER_KEYS = /^(?:columns|join|values|values\0[^\0]*|rows\0[^\0]*(?:\0[^\0]*)?)$/;

const hasOwnKeys = (path: YamlPath): boolean => SECTION_WITH_USER_KEYS.test(path.join("\0"));

export interface MapOptions {
  readonly sheet?: string | undefined;
  readonly headerRow?: number | undefined;
  readonly orgBy?: OrgBy | undefined;
  readonly blank?: (typeof BLANK_CHOICES)[number] | undefined;
  readonly key?: KeyName | undefined;
}

export interface ParsedMapFile extends ColumnMap {
  readonly options?: MapOptions | undefined;
}

export interface ListAnswers {
  readonly headers: readonly string[];
  readonly map: ParsedMapFile;
}

/** Reads the sections `columns`, `join`, `values`, `rows`, `options`. @throws `input-rejected` with the line number */
export const parseMapFile = (
  content: string,
  format: Format,
  where: string,
  customFields?: readonly CustomField[],
): ParsedMapFile => {
  const { value: parts, refuse } = readYaml(MapSchema, {
    content,
    where,
    hint: MAP_FILE_HINT,
    maxLength: MAX_MAP_CHARACTERS,
    hasOwnKeys,
  });
  const { map, paths } = buildMap(parts, format);
  const [fault] = findMapFaults(map, format, customFields);
  if (fault !== undefined) throw refuse(paths[fault.part][fault.index] ?? [], fault.what);
  if (parts.options === undefined) return map;
  const { sheet, "header-row": headerRow, "org-by": orgBy, blank, key } = parts.options;
  if (key !== undefined && !format.thing.keys.some(({ name }) => name === key))
    throw refuse(["options", "key"], describeUnknownKey(key, format));
  if (orgBy !== undefined && !hasOrgColumn(format)) throw refuse(["options", "org-by"], NO_ORG_COLUMN);
  return { ...map, options: { sheet, headerRow, orgBy, blank, key } };
};

const NO_ORG_COLUMN = text("this format has no column for the organisation", "この形式には所属組織の列がありません");

export const describeUnknownKey = (key: string, { thing: { keys } }: Format, ...more: readonly string[]): Text => {
  const names = [...keys.map(({ name }) => name), ...more].join(", ");
  return text(`"${key}" is not a key; keys: ${names}`, `「${key}」はキーではありません。使えるキー: ${names}`);
};

const toRowColumns = (
  says: RowSubject,
  columns: ReadonlyMap<string, ReadonlyMap<string, WordMeaning>> = new Map(),
): readonly RowColumn[] =>
  Array.from(columns, ([header, words]) => ({
    header,
    says,
    words: Array.from(words, ([word, means]) => ({ word, means })),
  }));

const buildMap = (parts: z.output<typeof MapSchema>, format: Format) => {
  const { columns = [], join, values, rows } = parts;
  const fieldOf = (name: string): string => findColumn(format.columns, name)?.field ?? name;
  const translations = Array.from(values ?? []).flatMap(([name, all]) =>
    Array.from(all, ([from, to]) => ({ path: ["values", name, from], value: { field: fieldOf(name), from, to } })),
  );
  const pathsOf = (section: YamlPath, entries: Iterable<readonly [string, unknown]>): readonly YamlPath[] =>
    Array.from(entries, ([name]) => [...section, name]);
  const map: ColumnMap = {
    columns: Array.from(columns, ([header, to]) => ({ header, to: to === IGNORED_COLUMN_TARGET ? null : fieldOf(to) })),
    joins: join && Array.from(join, ([name, headers]) => ({ field: fieldOf(name), headers })),
    values: values && translations.map(({ value }) => value),
    rows: rows && ROW_SUBJECTS.flatMap((says) => toRowColumns(says, rows[says])),
  };
  const paths: Readonly<Record<MapPart, readonly YamlPath[]>> = {
    columns: pathsOf(["columns"], columns),
    joins: pathsOf(["join"], join ?? []),
    values: translations.map(({ path }) => path),
  };
  return { map, paths };
};
