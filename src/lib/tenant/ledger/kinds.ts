import { comparisonKey, nameSortKey, type Comparison } from "../../model/normalise.ts";
import type { Column, Format } from "../../derived/format.ts";
import {
  getKeyColumn,
  type RecordKey,
  type Reference,
  type FileRecordType,
  CUSTOM_VALUE_RULE,
} from "../../model/thing.ts";

export type MergeRule = "value" | "list" | "custom" | "reference";

export interface DerivedColumn {
  readonly column: string;
  readonly sparse: boolean;
  readonly of: (value: string | readonly string[]) => string | null;
}

export interface KeyedField {
  readonly comparison: Comparison;
  readonly short: string;
  readonly list: boolean;
}

export interface ImportedField extends KeyedField {
  readonly field: string;
  readonly stored: string;
  readonly merge: MergeRule;
  readonly bit: number;
  readonly clearable: boolean;
  readonly required: boolean;
  readonly beside: readonly DerivedColumn[];
  readonly unique: boolean;
  readonly set: boolean;
  /** true if several columns identify the record; staged is its `pk`, or the negated row number of a new record */
  readonly resolved: boolean;
  readonly refers?: Reference | undefined;
}

export type KindKey = RecordKey & KeyedField;

export interface KindDefinition {
  readonly format: Format;
  readonly fields: readonly ImportedField[];
  readonly keys: readonly [KindKey, ...KindKey[]];
  /** field by which rows always find their records; imports therefore cannot change its value */
  readonly fixed: string | undefined;
}

/** The staged column with those keys of a row that differ from the cell values, as a JSON object. */
export const KEYS_COLUMN = "keys";

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
    list: merge === "list",
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

const isExactOnlyKey = ({ keys, fields }: FileRecordType, name: string): boolean => {
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

export const resolveKindKey = ({ keys }: KindDefinition, name: string): KindKey =>
  keys.find((key) => key.name === name) ?? keys[0];
