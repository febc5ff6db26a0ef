import type { TypedDate } from "../lib/model/time.ts";
import type { Text } from "../lib/text/index.ts";

interface FieldBase {
  readonly about: Text;
  /** key of another option that this option requires */
  readonly requires?: string | undefined;
  /** text for short help, which lists options with such a text before other options */
  readonly brief?: Text | undefined;
}

interface FieldWithValue extends FieldBase {
  /** placeholder of the value in help, in upper case, such as `FILE` */
  readonly value?: string | undefined;
  readonly short?: string | undefined;
  readonly required?: true | undefined;
  /** the user may repeat the option or argument; the input is an array, which may be empty */
  readonly repeatable?: true | undefined;
  /** two different values are a usage error; without this property, the last value is used */
  readonly single?: true | undefined;
  /** a blank value clears the field and is read as null; without this property, a blank value is a usage error */
  readonly blank?: true | undefined;
}

export interface SwitchField extends FieldBase {
  readonly kind: "boolean";
  readonly short?: string | undefined;
}

/** A text, a file to read (`-` is stdin), a comma-separated list, or a time zone's IANA name. */
export interface TextField extends FieldWithValue {
  readonly kind: "string" | "file" | "list" | "timezone";
  readonly default?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  /** what the shell completes; a field of the kind `file` always completes file names */
  readonly names?: "contexts" | "files" | undefined;
  /** true if the value is a bundle of `handover export`; no output may be written into its folder */
  readonly isBundle?: true | undefined;
}

/** The name of a file that the command writes (`-` is stdout). See `permitOutputs` about existing files. */
export interface OutputField extends FieldWithValue {
  readonly kind: "output";
  readonly default?: string | undefined;
  /** true if the file contains no personal data; its mode then follows the umask instead of being 0600 */
  readonly isPublic?: true | undefined;
  /** the output is a bundle of `handover export`; a folder unless the name ends in an archive's extension */
  readonly isBundle?: true | undefined;
  /** true if a name in .xlsx makes the output a workbook; a text explains why workbooks are not supported */
  readonly workbook?: true | Text | undefined;
  readonly notStdout?: true | undefined;
  /** returns the names of additional files that the command writes, given the named file and the other options */
  readonly beside?: ((name: string, input: Readonly<Record<string, unknown>>) => readonly string[]) | undefined;
}

/**
 * `duration`: days or weeks such as `90d` or `12w`, converted to days. `date`: a day or an instant. A day starts in the
 * tenant's time zone.
 */
export interface TimeField extends FieldWithValue {
  readonly kind: "duration" | "date";
  readonly default?: undefined;
}

/** A whole number from `min` (default 0) to `max`. */
export interface NumberField extends FieldWithValue {
  readonly kind: "number";
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly default?: number | undefined;
}

/** One of several words. Error messages omit variants such as `name:desc` of the word `name`. */
export interface ChoiceField extends FieldWithValue {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default?: string | undefined;
}

/**
 * An argument or option of a command. Never a secret, because other processes can see the command line. Secrets are
 * read from a prompt, a file, stdin or the environment.
 */
export type Field = SwitchField | ValueField;

export type ValueField = TextField | OutputField | TimeField | NumberField | ChoiceField;

/** Arguments in their order, or options. Keys are in camelCase: users type `dryRun` as `--dry-run`. */
export type Fields = Readonly<Record<string, Field>>;

export interface CommandSyntax {
  /** arguments in their order; only the last one may be optional or repeatable */
  readonly args: Fields;
  readonly options: Fields;
  /** sets whose members exclude each other; default values are ignored, also in `anyOf` and `oneOf` */
  readonly excludes?: readonly (readonly [one: string, other: string, ...more: string[]])[] | undefined;
  readonly anyOf?: readonly (readonly string[])[] | undefined;
  readonly oneOf?: readonly (readonly string[])[] | undefined;
  /** errors about a missing argument or option show the first example */
  readonly examples: readonly { readonly line: string }[];
  /** false if the command does not open a tenant, or if it continues when a tenant cannot be opened */
  readonly opensTenant?: false | undefined;
  /** true if the command reads tenants although {@link opensTenant} is false; `--as` is then allowed */
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

/** Returns the option name that users type, without `--`, such as `dry-run` for the key `dryRun`. */
export function toFlagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Returns true if a word is an option. `-` is not an option, because it stands for stdin or stdout. */
export const isOption = (word: string): boolean => word.startsWith("-") && word !== "-";

/** Returns the placeholder of a value in help, such as `FORMAT=FILE` or `NAME`. Returns "" for a switch. */
export function formatPlaceholder(key: string, field: Field): string {
  if (field.kind === "boolean") return "";
  if (field.value !== undefined) return field.value;
  if (field.kind === "choice") return field.choices.join("|");
  if (field.kind === "number") return "N";
  return toFlagName(key).toUpperCase();
}
