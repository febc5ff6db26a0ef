import { comparisonKey, nameSortKey, type Comparison } from "../../../model/normalise.ts";
import type { Column, Format } from "../../../model/format.ts";
import { getKeyColumn, type RecordKey, type Reference, type Thing, CUSTOM_VALUE_RULE } from "../../../model/thing.ts";

export type MergeRule = "value" | "list" | "custom" | "reference";

export interface DerivedColumn {
  readonly column: string;
  /** true if the column is nearly always blank; such columns are stored together in {@link KEYS_COLUMN} */
  readonly sparse: boolean;
  readonly of: (value: string | readonly string[]) => string | null;
}

export interface ImportedField {
  readonly field: string;
  readonly stored: string;
  readonly merge: MergeRule;
  readonly bit: number;
  /** false if a blank cell never clears the field, whatever the options (for console exports, see `fromConsole`) */
  readonly clearable: boolean;
  readonly required: boolean;
  readonly comparison: Comparison;
  readonly beside: readonly DerivedColumn[];
  /** name for a single value of the field, from which column names are derived */
  readonly short: string;
  /** true if the value must be unique among the records; a kind has at most one unique list */
  readonly unique: boolean;
  readonly set: boolean;
  /** several columns identify the record; stored as its `pk`, or as the negated number of a new row; null: no change */
  readonly resolved: boolean;
  /** the records to which cells refer; a list stores the names instead of the records */
  readonly refers?: Reference | undefined;
}

export interface KindKey extends RecordKey {
  readonly comparison: Comparison;
  readonly short: string;
  readonly list: boolean;
}

export interface KindDefinition {
  readonly format: Format;
  readonly fields: readonly ImportedField[];
  readonly keys: readonly [KindKey, ...KindKey[]];
  /** the field that always matches rows with records exactly, so imports cannot change the field */
  readonly fixed: string | undefined;
}

/** The staged column for a row's keys that differ from the values, as a JSON object; null if there are none. */
export const KEYS_COLUMN = "keys";

/** The entry of {@link KEYS_COLUMN} with the key of a row before clomoctl corrected the key. */
export const ORIGINAL_KEY_ENTRY = "unmended";

const CUSTOM_FIELDS_NAME = "custom";

const getMergeRule = ({ field, repeated, refers }: Column): MergeRule => {
  if (field === CUSTOM_FIELDS_NAME) return "custom";
  if (repeated === true) return "list";
  return refers === undefined ? "value" : "reference";
};

const createKeyDerivation =
  (comparison: Comparison): DerivedColumn["of"] =>
  (value) => {
    if (typeof value === "string") {
      const key = comparisonKey(comparison, value);
      return key === value ? null : key;
    }
    if (value.every((one) => comparisonKey(comparison, one) === one)) return null;
    return JSON.stringify(value.map((one) => comparisonKey(comparison, one)));
  };

/** Builds the columns that are derived from a field's value. @param short name for a single value of the field */
export const buildDerivedColumns = (
  short: string,
  comparison: Comparison,
  list: boolean,
  sortKey: string | undefined,
): readonly DerivedColumn[] => [
  ...(comparison === "exact"
    ? []
    : [{ column: getKeyColumn({ short, list }), sparse: true, of: createKeyDerivation(comparison) }]),
  ...(sortKey === undefined
    ? []
    : [{ column: sortKey, sparse: false, of: (value: string | readonly string[]) => nameSortKey(String(value)) }]),
];

const toImportedField = ({ thing }: Format, column: Column, bit: number): ImportedField => {
  const { sets, refers } = column;
  const target = thing.fields[sets];
  const merge = getMergeRule(column);
  const resolved = merge === "reference" && target?.column === undefined;
  const comparison = resolved ? "exact" : (column.comparison ?? "exact");
  const short = target?.short ?? sets;
  return {
    field: target?.column === undefined ? short : column.field,
    stored: merge === "reference" ? short : sets,
    merge,
    bit,
    clearable: column.clearable !== false && column.required === undefined && !resolved,
    required: column.required !== undefined || resolved,
    comparison,
    beside: buildDerivedColumns(short, comparison, merge === "list", target?.sortKey),
    short,
    unique: target?.unique === true,
    set: column.set === true,
    resolved,
    refers,
  };
};

const CUSTOM_COLUMN: Column = {
  field: CUSTOM_FIELDS_NAME,
  header: CUSTOM_FIELDS_NAME,
  value: CUSTOM_VALUE_RULE,
  sets: CUSTOM_FIELDS_NAME,
};

const isExactOnlyKey = ({ keys, fields }: Thing, name: string): boolean => {
  const { type, comparison = "exact" } = fields[name] ?? {};
  return keys.length === 1 && keys[0]?.field === name && type !== "texts" && comparison === "exact";
};

export const buildKindDefinition = (format: Format): KindDefinition => {
  const { thing, columns, custom } = format;
  const fixed = isExactOnlyKey(thing, format.key) ? format.key : undefined;
  const imported = [...columns, ...(custom ? [CUSTOM_COLUMN] : [])]
    .filter(({ secret, field }) => secret !== true && field !== fixed)
    // several columns may set the same field
    .filter(({ sets }, at, all) => all.findIndex((other) => other.sets === sets) === at)
    .map((column, bit) => toImportedField(format, column, bit));
  const [usual, ...others] = thing.keys.map((key): KindKey => {
    const column = columns.find(({ field }) => field === key.field);
    return {
      ...key,
      comparison: column?.comparison ?? "exact",
      short: thing.fields[key.field]?.short ?? key.field,
      list: column?.repeated === true,
    };
  });
  if (usual === undefined) throw new TypeError(`${thing.name} has a file format, but no key`);
  return { format, fields: imported, keys: [usual, ...others], fixed };
};

/** Returns the default key if the kind has no key with this name. */
export const resolveKindKey = ({ keys }: KindDefinition, name: string): KindKey =>
  keys.find((key) => key.name === name) ?? keys[0];
