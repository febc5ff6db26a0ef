import { comparisonKey, isCode, nameSortKey, type Comparison } from "../../../model/normalise.ts";
import type { Column, Format } from "../../../model/format.ts";
import { CUSTOM_VALUE } from "../../../model/value-rule.ts";
import { keyColumn, type Field, type Key, type Reference, type Thing } from "../../../model/thing.ts";

/**
 * How a field of an input row is merged into the record's: as text, a list, the custom fields together, or the record
 * that the cell names.
 */
export type MergeRule = "value" | "list" | "custom" | "reference";

/** A column that follows from the value of a field. */
export interface DerivedColumn {
  readonly column: string;
  /** nearly always blank: staged in {@link KEYS}, with the others like it */
  readonly sparse: boolean;
  /** @returns null where the column is blank */
  readonly of: (value: string | readonly string[]) => string | null;
}

/** A field of a record that an import can change. */
export interface ImportedField {
  /** its name in files, plans and staging */
  readonly field: string;
  /** its name in the record's table */
  readonly stored: string;
  readonly merge: MergeRule;
  /** its bit in a plan's mask of changed fields */
  readonly bit: number;
  /** false: a blank cell never clears it, whatever the options say; but see `fromConsole` of a plan's request */
  readonly clearable: boolean;
  /** every record has a value of it */
  readonly required: boolean;
  readonly comparison: Comparison;
  /** the columns that follow from its value, in staged rows as in records */
  readonly beside: readonly DerivedColumn[];
  /** what one value is called: see {@link cellsName} */
  readonly short: string;
  /** only one record may have a value of it; of a kind's lists, at most one is unique */
  readonly unique: boolean;
  /** a list whose values have no order */
  readonly set: boolean;
  /** what its cells name; the names themselves are stored where it is a list */
  readonly refers?: Reference | undefined;
}

/** By what a row meets a record. */
export interface KindKey extends Key {
  readonly comparison: Comparison;
  /** what one value of its field is called */
  readonly short: string;
  /** the first value of a list */
  readonly list: boolean;
  /** the fields whose values, as the row has them, stand in for a blank key; see {@link standInKey} */
  readonly together: readonly string[] | undefined;
}

/** What the engine needs to know of a kind of import. */
export interface Kind {
  readonly format: Format;
  /** in the order of their bits */
  readonly fields: readonly ImportedField[];
  /** the first one is the usual one */
  readonly keys: readonly [KindKey, ...KindKey[]];
  /** the field by which every row meets its record to the letter, so that no import changes it */
  readonly fixed: string | undefined;
  /** the fields that somebody sets by hand and no file has: imports delete them with their records, and undoing restores them */
  readonly unfiled: readonly UnfiledField[];
}

/** A field that no file has, by its name in the thing and in its table. */
export interface UnfiledField {
  readonly field: string;
  readonly flag: boolean;
}

/** The staged column with the cells of a set, see {@link StagedPlace}. */
export const cellsName = ({ short }: ImportedField): string => `${short}Cells`;

/** The staged column that is set where the first cell of a row's list is blank, and another is not. */
export const laterName = ({ short }: ImportedField): string => `${short}Later`;

/** The staged column with the keys of a row that are not the values themselves, as a JSON object; null if all are. */
export const KEYS = "keys";

/** What a row's key would be if it had not been mended, in {@link KEYS}. */
export const UNMENDED = "unmended";

/** The number of cells of a short row that was mended, in {@link KEYS}: the fields behind them stay as they are. */
export const SHORT_AT = "shortAt";

/** The staged column with all custom fields together. */
const CUSTOM = "custom";

const mergeOf = ({ field, repeated, refers }: Column): MergeRule => {
  if (field === CUSTOM) return "custom";
  if (repeated === true) return "list";
  return refers === undefined ? "value" : "reference";
};

/** The comparison key of a value, or of those of a list; null where it is the value itself. */
const keyBeside =
  (comparison: Comparison): DerivedColumn["of"] =>
  (value) => {
    if (typeof value === "string") {
      const key = comparisonKey(comparison, value);
      return key === value ? null : key;
    }
    if (value.every((one) => comparisonKey(comparison, one) === one)) return null;
    return JSON.stringify(value.map((one) => comparisonKey(comparison, one)));
  };

/** The columns that follow from a field's value. @param short what one value of it is called */
export const besideOf = (
  short: string,
  comparison: Comparison,
  list: boolean,
  sortKey: string | undefined,
): readonly DerivedColumn[] => [
  ...(comparison === "exact" ? [] : [{ column: keyColumn({ short, list }), sparse: true, of: keyBeside(comparison) }]),
  ...(sortKey === undefined
    ? []
    : [{ column: sortKey, sparse: false, of: (value: string | readonly string[]) => nameSortKey(String(value)) }]),
];

const fieldOf = ({ thing }: Format, column: Column, bit: number): ImportedField => {
  const { sets, comparison = "exact", refers } = column;
  const target = thing.fields[sets];
  const merge = mergeOf(column);
  const short = target?.short ?? sets;
  return {
    field: target?.column === undefined ? short : column.field,
    stored: merge === "reference" ? short : sets,
    merge,
    bit,
    clearable: column.clearable !== false && column.required === undefined,
    required: column.required !== undefined,
    comparison,
    beside: besideOf(short, comparison, merge === "list", target?.sortKey),
    short,
    unique: target?.unique === true,
    set: column.set === true,
    refers,
  };
};

/** All custom fields together, as a column. */
const CUSTOM_COLUMN: Column = { field: CUSTOM, header: CUSTOM, value: CUSTOM_VALUE, sets: CUSTOM };

/** True if a thing's field is its only key and is compared to the letter: what a row meets by it has the same value. */
const isFixed = ({ keys, fields }: Thing, name: string): boolean => {
  const { type, comparison = "exact" } = fields[name] ?? {};
  return keys.length === 1 && keys[0]?.field === name && type !== "texts" && comparison === "exact";
};

/** The kind of import for files of a format. */
export const kindOf = (format: Format): Kind => {
  const { thing, columns, custom } = format;
  const fixed = isFixed(thing, format.key) ? format.key : undefined;
  const imported = [...columns, ...(custom ? [CUSTOM_COLUMN] : [])]
    .filter(({ secret, field }) => secret !== true && field !== fixed)
    // several columns may resolve to one field
    .filter(({ sets }, at, all) => all.findIndex((other) => other.sets === sets) === at)
    .map((column, bit) => fieldOf(format, column, bit));
  const isValue = (name: string): boolean => imported.some(({ field, merge }) => field === name && merge === "value");
  const [usual, ...others] = thing.keys.map((key): KindKey => {
    const column = columns.find(({ field }) => field === key.field);
    return {
      ...key,
      comparison: column?.comparison ?? "exact",
      short: thing.fields[key.field]?.short ?? key.field,
      list: column?.repeated === true,
      together: key.standIn?.every(isValue) === true ? key.standIn : undefined,
    };
  });
  if (usual === undefined) throw new TypeError(`${thing.name} has a file and no key`);
  const isFiled = (name: string, { short = name }: Field): boolean =>
    imported.some(({ stored }) => stored === name || stored === short);
  const unfiled = Object.entries(thing.fields)
    .filter(([name, field]) => field.byHand === true && name !== CUSTOM && !isFiled(name, field))
    .map(([field, { type }]): UnfiledField => ({ field, flag: type === "boolean" }));
  return { format, fields: imported, keys: [usual, ...others], fixed, unfiled };
};

/**
 * The fields by which people know records and whose values several rows should not share, though they may: those that
 * are no key of the plan, and codes, which may be alike without being equal.
 *
 * @param key the field by which rows meet records
 */
export const comparedCodes = ({ fields, keys }: Kind, key: string): readonly ImportedField[] =>
  fields.filter(
    (field) => keys.some((one) => one.field === field.field) && (isCode(field.comparison) || mayRepeat(field, key)),
  );

/** True if several records may have a value by which people know them. */
export const mayRepeat = ({ field, unique }: ImportedField, key: string): boolean => !unique && field !== key;

/** The key that `--key` names; the usual one if the kind has none of that name. */
export const keyNamed = ({ keys }: Kind, name: string): KindKey => keys.find((key) => key.name === name) ?? keys[0];
