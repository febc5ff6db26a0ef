import type { TypedDate } from "../lib/model/time.ts";
import type { Text } from "../lib/text/index.ts";

interface FieldBase {
  readonly about: Text;
  /** key of another option that this option requires */
  readonly requires?: string | undefined;
  /** shorter text for short help; options with this text are listed first */
  readonly brief?: Text | undefined;
}

interface FieldWithValue extends FieldBase {
  /** placeholder of the value in help, in upper case, such as `FILE` */
  readonly value?: string | undefined;
  readonly short?: string | undefined;
  readonly required?: true | undefined;
  /** true if the option or argument can be repeated; the input is then an array */
  readonly repeatable?: true | undefined;
  /** true if two different values are a usage error; otherwise, the last value is used */
  readonly single?: true | undefined;
  /** true if a blank value is read as null, which clears the field; otherwise, a blank value is a usage error */
  readonly blank?: true | undefined;
}

export interface SwitchField extends FieldBase {
  readonly kind: "boolean";
  readonly short?: string | undefined;
}

/** The file `-` is stdin; a time zone is its IANA name. */
export interface TextField extends FieldWithValue {
  readonly kind: "string" | "file" | "list" | "timezone";
  readonly default?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  /** what the shell completes; a field of the kind `file` always completes file names */
  readonly names?: "contexts" | "files" | undefined;
  /** true if the value is a bundle of `handover export`; no output may be written into its folder */
  readonly isBundle?: true | undefined;
}

/** The file `-` is stdout. See `permitOutputs` about existing files. */
export interface OutputField extends FieldWithValue {
  readonly kind: "output";
  readonly default?: string | undefined;
  /** true if the file contains no personal data; its mode then follows the umask instead of being 0600 */
  readonly isPublic?: true | undefined;
  /** true if the output is a bundle of `handover export`: an archive if the name has such an extension, else a folder */
  readonly isBundle?: true | undefined;
  /** true if .xlsx output is supported; a text explains why it is not */
  readonly workbook?: true | Text | undefined;
  readonly notStdout?: true | undefined;
  /** returns the names of other files that the command writes next to the named file */
  readonly beside?: ((name: string, input: Readonly<Record<string, unknown>>) => readonly string[]) | undefined;
}

/** `duration`: `90d` or `12w`, read as days. `date`: a day (in the tenant's time zone) or an instant. */
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

/** Error messages omit variants of a word, such as `name:desc` for `name`. */
export interface ChoiceField extends FieldWithValue {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default?: string | undefined;
}

/** Other processes can see the command line, so a secret is never an argument or option. */
export type Field = SwitchField | ValueField;

export type ValueField = TextField | OutputField | TimeField | NumberField | ChoiceField;

/** Keys are in camelCase: users type `dryRun` as `--dry-run`. */
export type Fields = Readonly<Record<string, Field>>;

export interface CommandSyntax {
  /** arguments in their order; only the last one may be optional or repeatable */
  readonly args: Fields;
  readonly options: Fields;
  /** options that cannot be used together; default values are ignored, also in `anyOf` and `oneOf` */
  readonly excludes?: readonly (readonly [one: string, other: string, ...more: string[]])[] | undefined;
  readonly anyOf?: readonly (readonly string[])[] | undefined;
  readonly oneOf?: readonly (readonly string[])[] | undefined;
  /** errors about a missing argument or option show the first example */
  readonly examples: readonly { readonly line: string }[];
  /** false if the command does not need a tenant, or continues if the tenant cannot be opened */
  readonly opensTenant?: false | undefined;
  /** true if the command reads tenants although {@link opensTenant} is false; permits `--as` */
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

/** Returns for example `FORMAT=FILE` or `NAME`, and "" for a switch. */
export function formatPlaceholder(key: string, field: Field): string {
  if (field.kind === "boolean") return "";
  if (field.value !== undefined) return field.value;
  if (field.kind === "choice") return field.choices.join("|");
  if (field.kind === "number") return "N";
  return toFlagName(key).toUpperCase();
}
