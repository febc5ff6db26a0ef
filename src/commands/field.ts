import type { TypedDate } from "../lib/model/time.ts";
import type { Text } from "../lib/text/index.ts";

interface FieldBase {
  readonly about: Text;
  /** key of the option without which this one must not be given */
  readonly requires?: string | undefined;
  /** a shorter text for the short help of a command, which lists only required options and options with such a text */
  readonly brief?: Text | undefined;
}

interface FieldWithValue extends FieldBase {
  /** the name of the value in help, in upper case, such as `FILE` or `ZONE`; for an argument, its own name */
  readonly value?: string | undefined;
  readonly short?: string | undefined;
  readonly required?: true | undefined;
  /** may be typed several times; the input is then an array, which is empty if nothing is typed */
  readonly repeatable?: true | undefined;
  /** two different values are a usage error; without this, the last value counts */
  readonly single?: true | undefined;
  /** a blank value clears the field, and is read as null; without this, a blank value is a usage error */
  readonly blank?: true | undefined;
}

export interface SwitchField extends FieldBase {
  readonly kind: "boolean";
  readonly short?: string | undefined;
}

/**
 * Any text, the name of a file to read (`-` is stdin), a comma-separated list of texts, or a time zone, by its name in
 * the IANA database.
 */
export interface TextField extends FieldWithValue {
  readonly kind: "string" | "file" | "list" | "timezone";
  readonly default?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  /** what a shell completes the value with; a field of the kind `file` always completes file names */
  readonly names?: "contexts" | "files" | undefined;
  /** the value is a bundle of `handover export`; if the bundle is a folder, no output may be written into it */
  readonly isBundle?: true | undefined;
}

/**
 * The name of a file that the command writes (`-` is stdout). All commands treat such files alike: an existing file is
 * replaced only with `--overwrite`, which is decided before anything is read or changed; see `permitOutputs`.
 */
export interface OutputField extends FieldWithValue {
  readonly kind: "output";
  readonly default?: string | undefined;
  /** the file contains nothing about people: its permissions follow the umask; others are created with mode 0600 */
  readonly isPublic?: true | undefined;
  /** the output is a bundle of `handover export`: a folder, unless the name is that of an archive */
  readonly isBundle?: true | undefined;
  /** true: the output is a workbook if the name ends in .xlsx; text: why it cannot be one, and what to do */
  readonly workbook?: true | Text | undefined;
  readonly notStdout?: true | undefined;
  /** returns the names of the files that are written in addition to the named file, depending on the other options */
  readonly beside?: ((name: string, input: Readonly<Record<string, unknown>>) => readonly string[]) | undefined;
}

/**
 * A number of days or weeks, such as `90d` or `12w`, which is read as days; or a calendar day or an instant. The time
 * zone of the tenant decides which instant a day stands for.
 */
export interface TimeField extends FieldWithValue {
  readonly kind: "duration" | "date";
  readonly default?: undefined;
}

/** A whole number from `min` (0 by default) to `max`. */
export interface NumberField extends FieldWithValue {
  readonly kind: "number";
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly default?: number | undefined;
}

/** One of several words, typed in full. Error messages list words such as `name`, not the variant `name:desc`. */
export interface ChoiceField extends FieldWithValue {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default?: string | undefined;
}

/**
 * An argument or option of a command. There is no kind for secrets: they are read from a prompt without echo, a file,
 * stdin or the environment, and are never a value that other processes can list.
 */
export type Field = SwitchField | ValueField;

export type ValueField = TextField | OutputField | TimeField | NumberField | ChoiceField;

/** Arguments in order, or options. The camelCase key is the key in the input; `dryRun` is typed as `--dry-run`. */
export type Fields = Readonly<Record<string, Field>>;

export interface CommandSyntax {
  /** in the order in which they are typed; only the last one may be repeatable or optional */
  readonly args: Fields;
  readonly options: Fields;
  /** pairs that exclude each other; like in the relations below, a default value counts as not given */
  readonly excludes?: readonly (readonly [one: string, other: string])[] | undefined;
  readonly anyOf?: readonly (readonly string[])[] | undefined;
  readonly oneOf?: readonly (readonly string[])[] | undefined;
  /** the first example is shown if an argument or option is missing */
  readonly examples: readonly { readonly line: string }[];
  /** false: the command does not open a tenant, or goes on after it reports why a tenant cannot be opened */
  readonly opensTenant?: false | undefined;
  /** the command reads tenants although {@link opensTenant} is false, so `--as` applies */
  readonly readsTenants?: true | undefined;
}

type KindInput<F> = F extends { readonly kind: "boolean" }
  ? boolean
  : F extends { readonly kind: "number" | "duration" }
    ? number
    : F extends { readonly kind: "date" }
      ? TypedDate
      : F extends { readonly kind: "list" }
        ? F extends { readonly choices: readonly (infer C)[] }
          ? readonly C[]
          : readonly string[]
        : F extends { readonly kind: "choice"; readonly choices: readonly (infer C)[] }
          ? C
          : string;

type NullableInput<F> = KindInput<F> | (F extends { readonly blank: true } ? null : never);

type AlwaysPresentField =
  | { readonly kind: "boolean" }
  | { readonly required: true }
  | { readonly default: string | number };

type FieldInput<F> = F extends { readonly repeatable: true }
  ? readonly NullableInput<F>[]
  : F extends AlwaysPresentField
    ? NullableInput<F>
    : NullableInput<F> | undefined;

export type InputOf<F extends Fields> = { readonly [K in keyof F]: FieldInput<F[K]> };

/** Returns a key as it is typed on the command line: `dryRun` → `dry-run`. */
export function toFlagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Returns true if a typed word is an option. A single `-` is not an option: it stands for stdin or stdout. */
export const isOption = (word: string): boolean => word.startsWith("-") && word !== "-";

/** Returns the value of a field as usage lines show it, such as `FORMAT=FILE` or `NAME`; empty for a switch. */
export function formatPlaceholder(key: string, field: Field): string {
  if (field.kind === "boolean") return "";
  if (field.value !== undefined) return field.value;
  if (field.kind === "choice") return field.choices.join("|");
  if (field.kind === "number") return "N";
  return toFlagName(key).toUpperCase();
}
