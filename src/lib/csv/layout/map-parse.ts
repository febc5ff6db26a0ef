import { z } from "zod";
import { line } from "../../advice/index.ts";
import { readYaml, toZodMessage } from "../../files/yaml.ts";
import { text } from "../../text/index.ts";
import type { CustomField, Format } from "../../model/format.ts";
import { findColumn } from "./columns.ts";
import { CONSOLE_DIALECT, type Dialect } from "../records/record.ts";
import { findMapFaults, type ColumnMap, type MappedValue } from "./map.ts";

/** The map value for a column that is not read. */
const IGNORE = "ignore";

const MAX_CHARACTERS = 1_000_000;

/** Delimiters that have a name in a column map file. Any other delimiter is written as the character itself. */
const DELIMITER_NAMES: ReadonlyMap<string, string> = new Map([
  ["comma", ","],
  ["semicolon", ";"],
  ["tab", "\t"],
]);

const MAP_FILE_HINT = text(
  `a column map file has the sections columns, constants, defaults and dialect; to create a template, run: ${line("csv map", ["FILE"])}`,
  `対応表ファイルには columns・constants・defaults・dialect を書きます。${line("csv map", ["FILE"])} で雛形を作れます`,
);

/** Accepts a blank value in place of an empty mapping. */
const allowBlank = <S extends z.ZodType>(blank: () => unknown, schema: S) =>
  z.preprocess((value) => (value === "" ? blank() : value), schema);

const createEntriesSchema = () => allowBlank(() => new Map(), z.map(z.string(), z.string())).optional();

const createCharacterSchema = (key: string, names: ReadonlyMap<string, string> = new Map()) =>
  z
    .string()
    .transform((written) => names.get(written) ?? written)
    .refine((sign) => sign.length === 1 && sign !== "\n" && sign !== "\r", {
      error: toZodMessage(text(`${key} must be one character`, `${key} は 1 文字にしてください`)),
    })
    .optional();

const DialectPart = z
  .strictObject({
    delimiter: createCharacterSchema("delimiter", DELIMITER_NAMES),
    quote: createCharacterSchema("quote"),
  })
  .refine(({ delimiter = CONSOLE_DIALECT.delimiter, quote = '"' }) => delimiter !== quote, {
    error: toZodMessage(text("delimiter and quote are the same", "delimiter と quote が同じです")),
  });

const MapFile = allowBlank(
  () => ({}),
  z.strictObject({
    columns: createEntriesSchema(),
    constants: createEntriesSchema(),
    defaults: createEntriesSchema(),
    dialect: allowBlank(() => undefined, DialectPart.optional()).optional(),
  }),
);

/** Sections of the column map file whose keys are headers or fields chosen by the user. The keys of `dialect` are fixed. */
const SECTIONS_WITH_USER_KEYS: readonly unknown[] = ["columns", "constants", "defaults"];

/** Returns the dialect in the map; undefined if there is none: the delimiter is then guessed from the header. */
const dialectOf = ({ delimiter, quote }: z.output<typeof DialectPart>): Dialect | undefined =>
  delimiter === undefined && quote === undefined
    ? undefined
    : { delimiter: delimiter ?? CONSOLE_DIALECT.delimiter, quote };

/**
 * Parses a `--map` file (YAML): `columns` (foreign header: our header or field, or `ignore`), `constants` and
 * `defaults` (field: value), `dialect` (`delimiter`, `quote`). Every value is read as text, exactly as written.
 *
 * @param where name of the file, for messages
 * @param customFields custom fields of the tenant, if there is a tenant
 * @throws `input-rejected` with the line, if the content is not a column map file or does not fit the format
 */
export const parseMapFile = (
  content: string,
  format: Format,
  where: string,
  customFields?: readonly CustomField[],
): ColumnMap => {
  const { value: parts, refuse } = readYaml(MapFile, {
    content,
    where,
    hint: MAP_FILE_HINT,
    maxLength: MAX_CHARACTERS,
    hasOwnKeys: (path) => path.length === 1 && SECTIONS_WITH_USER_KEYS.includes(path[0]),
  });
  const fieldOf = (name: string): string => findColumn(format.columns, name)?.field ?? name;
  const values = (part: "constants" | "defaults"): readonly MappedValue[] =>
    Array.from(parts[part] ?? [], ([name, value]) => ({ field: fieldOf(name), value }));
  const map: ColumnMap = {
    columns: Array.from(parts.columns ?? [], ([header, to]) => ({ header, to: to === IGNORE ? null : fieldOf(to) })),
    constants: values("constants"),
    defaults: values("defaults"),
    dialect: dialectOf(parts.dialect ?? {}),
  };
  const [fault] = findMapFaults(map, format, customFields);
  if (fault === undefined) return map;
  const name = [...(parts[fault.part]?.keys() ?? [])][fault.index];
  throw refuse(name === undefined ? [fault.part] : [fault.part, name], fault.what);
};
