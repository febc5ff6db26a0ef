import { z } from "zod";
import { line } from "../../advice/index.ts";
import { readYaml, wording } from "../../files/yaml.ts";
import { text } from "../../text/index.ts";
import type { CustomField, Format } from "../../model/format.ts";
import { findColumn } from "./columns.ts";
import { CONSOLE_DIALECT, type Dialect } from "../records/record.ts";
import { mapFaults, type ColumnMap, type MappedValue } from "./map.ts";

/** The word for "this column is not read". */
const IGNORE = "ignore";

const MAX_CHARACTERS = 1_000_000;

/** Named delimiters of a map file; any other is written as itself. */
const DELIMITER_NAMES: ReadonlyMap<string, string> = new Map([
  ["comma", ","],
  ["semicolon", ";"],
  ["tab", "\t"],
]);

const HINT = text(
  `a map file has the parts columns, constants, defaults and dialect; to start one: ${line("csv map", ["FILE"])}`,
  `対応表ファイルには columns・constants・defaults・dialect を書きます。${line("csv map", ["FILE"])} で雛形を作れます`,
);

/** A mapping that may be empty: a blank value. */
const orBlank = <S extends z.ZodType>(blank: () => unknown, schema: S) =>
  z.preprocess((value) => (value === "" ? blank() : value), schema);

const entries = () => orBlank(() => new Map(), z.map(z.string(), z.string())).optional();

const oneCharacter = (key: string, names: ReadonlyMap<string, string> = new Map()) =>
  z
    .string()
    .transform((written) => names.get(written) ?? written)
    .refine((sign) => sign.length === 1 && sign !== "\n" && sign !== "\r", {
      error: wording(text(`${key} must be one character`, `${key} は 1 文字にしてください`)),
    })
    .optional();

const DialectPart = z
  .strictObject({ delimiter: oneCharacter("delimiter", DELIMITER_NAMES), quote: oneCharacter("quote") })
  .refine(({ delimiter = CONSOLE_DIALECT.delimiter, quote = '"' }) => delimiter !== quote, {
    error: wording(text("delimiter and quote are the same", "delimiter と quote が同じです")),
  });

const MapFile = orBlank(
  () => ({}),
  z.strictObject({
    columns: entries(),
    constants: entries(),
    defaults: entries(),
    dialect: orBlank(() => undefined, DialectPart.optional()).optional(),
  }),
);

/** Parts whose keys are headers and fields, chosen by the user; those of `dialect` are fixed. */
const OWN_KEYS: readonly unknown[] = ["columns", "constants", "defaults"];

/** The dialect given in the map; without one the delimiter is guessed from the header. */
const dialectOf = ({ delimiter, quote }: z.output<typeof DialectPart>): Dialect | undefined =>
  delimiter === undefined && quote === undefined
    ? undefined
    : { delimiter: delimiter ?? CONSOLE_DIALECT.delimiter, quote };

/**
 * Reads a `--map` file (YAML): `columns` (their header: our header or field, or `ignore`), `constants` and `defaults`
 * (field: value), `dialect` (`delimiter`, `quote`). Every value is text as written.
 *
 * @param where the file's name, for messages
 * @param customFields the tenant's, if there is a tenant
 * @throws `input-rejected` with the line, if it is not a map file or does not fit the format
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
    hint: HINT,
    maxLength: MAX_CHARACTERS,
    hasOwnKeys: (path) => path.length === 1 && OWN_KEYS.includes(path[0]),
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
  const [fault] = mapFaults(map, format, customFields);
  if (fault === undefined) return map;
  const name = [...(parts[fault.part]?.keys() ?? [])][fault.index];
  throw refuse(name === undefined ? [fault.part] : [fault.part, name], fault.what);
};
