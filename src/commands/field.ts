import type { TypedDate } from "../lib/model/typed-date.ts";
import type { Text } from "../lib/text/index.ts";

/** The groups in which help lists the options of a command that has many, in this order. */
export const OPTION_GROUPS = ["input", "matching", "safety", "output"] as const;
export type OptionGroup = (typeof OPTION_GROUPS)[number];

interface FieldBase {
  /** one line on what the value is for */
  readonly about: Text;
  readonly group?: OptionGroup | undefined;
  /** the same in a few words, for an option that the short help of its command explains */
  readonly brief?: Text | undefined;
}

interface ValueBase extends FieldBase {
  /** the value's name in help, upper case: `FILE`, `ZONE`; for an argument its own name */
  readonly value?: string | undefined;
  /** a one-letter flag, only for options: `o` for `-o` */
  readonly short?: string | undefined;
  /** a missing value is a usage error */
  readonly required?: true | undefined;
  /** may be given several times; the input is then an array, empty when it is not given */
  readonly repeatable?: true | undefined;
  /** two values that differ are a usage error: of others the last one counts */
  readonly single?: true | undefined;
  /** a blank clears what is there, and reads as null; any other value must not be blank */
  readonly blank?: true | undefined;
}

/** What a value may name, for completion in a shell: things of the tenant in effect, contexts, or files and folders. */
export type CompletionKind =
  | "contexts"
  | "custom-fields"
  | "devices"
  | "files"
  | "imports"
  | "items"
  | "orgs"
  | "schemes"
  | "secured-groups"
  | "secured-users"
  | "users";

/** A switch, which takes no value. */
export interface SwitchField extends FieldBase {
  readonly kind: "boolean";
  readonly short?: string | undefined;
}

/**
 * Any text, the name of a file that is read (`-` is stdin), a comma-separated list of texts, or a time zone, by its name
 * in the IANA database.
 */
export interface TextField extends ValueBase {
  readonly kind: "string" | "file" | "list" | "timezone";
  readonly default?: string | undefined;
  /** the words that a list may have; any if undefined */
  readonly choices?: readonly string[] | undefined;
  /** what a shell completes it with; a `file` is one of the files by itself */
  readonly names?: CompletionKind | undefined;
  /** a bundle of `handover export`: if it is a folder, no output is written into it */
  readonly isBundle?: true | undefined;
}

/**
 * The name of a file that the command writes (`-` is stdout). What follows from it for all commands alike: an existing file
 * is replaced with `--overwrite` only, which is decided before anything is read or changed; see `permitOutputs`.
 */
export interface OutputField extends ValueBase {
  readonly kind: "output";
  readonly default?: string | undefined;
  /** contains nothing about people: its permissions follow the umask; any other file is created 0600 */
  readonly isPublic?: true | undefined;
  /** how a file begins that this command wrote: jobs write such a file again and again, without `--overwrite` */
  readonly header?: string | undefined;
  /** the command reads the file that is there, and goes on with its content */
  readonly isContinued?: true | undefined;
  /** a bundle of `handover export`: a folder, unless the name is that of an archive */
  readonly isBundle?: true | undefined;
  /** true: a name that ends in .xlsx makes it a workbook; text: why it is no workbook, and what to do */
  readonly workbook?: true | Text | undefined;
  /** if it cannot be written, the command does its work all the same, and ends with a failure */
  readonly isAside?: true | undefined;
  /** stdout has the result already */
  readonly notStdout?: true | undefined;
  /** further files that are written for a name, by the other options */
  readonly beside?: ((name: string, input: Readonly<Record<string, unknown>>) => readonly string[]) | undefined;
  /** what to do instead of replacing a file that exists */
  readonly instead?: Text | undefined;
}

/** A number of days or weeks, `90d` or `12w`; the input is days. */
export interface DurationField extends ValueBase {
  readonly kind: "duration";
  readonly default?: undefined;
}

/** A calendar day or an instant; what instant a day means depends on the zone of the tenant. */
export interface DateField extends ValueBase {
  readonly kind: "date";
  readonly default?: undefined;
}

/** A whole number, `min` (0 by default) to `max`. */
export interface NumberField extends ValueBase {
  readonly kind: "number";
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly default?: number | undefined;
}

/** One of a few words, spelled in full. One like `name:desc` goes with `name`, and is not listed in a refusal. */
export interface ChoiceField extends ValueBase {
  readonly kind: "choice";
  readonly choices: readonly string[];
  /** what people call a choice: may be typed for it, in each language */
  readonly called?: Readonly<Record<string, Text>> | undefined;
  readonly default?: string | undefined;
}

/**
 * An argument or option of a command. There is no kind for secrets: they are read from a prompt without echo, a file,
 * stdin or the environment, and are never a value that other processes can list.
 */
export type Field = SwitchField | ValueField;

/** One with a value. */
export type ValueField = TextField | OutputField | DurationField | DateField | NumberField | ChoiceField;

/** Arguments in the order they are typed, or options; the key in camelCase is the input's key, `dryRun` is `--dry-run`. */
export type Fields = Readonly<Record<string, Field>>;

/** What the line of a command is parsed by. */
export interface Syntax {
  /** in the order they are typed; only the last one may be repeatable or optional */
  readonly args: Fields;
  readonly options: Fields;
  /** pairs of options that are not given together; of a choice with a default, another value than that counts as given */
  readonly excludes?: readonly (readonly [one: string, other: string])[] | undefined;
  /** the first is shown if something is missing */
  readonly examples: readonly { readonly line: string }[];
  /** false: no tenant is opened for it, or what keeps one from being opened is told and ends nothing */
  readonly opensTenant?: false | undefined;
  /** tenants are read for it, though {@link opensTenant} is false: as the account of `--as` */
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

type AlwaysPresent = { readonly kind: "boolean" } | { readonly required: true } | { readonly default: string | number };

type FieldInput<F> = F extends { readonly repeatable: true }
  ? readonly NullableInput<F>[]
  : F extends AlwaysPresent
    ? NullableInput<F>
    : NullableInput<F> | undefined;

/** The input of `run`, derived from the declared fields. */
export type InputOf<F extends Fields> = { readonly [K in keyof F]: FieldInput<F[K]> };

/** `dryRun` → `dry-run`: how a key is typed on the command line. */
export function flagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Whether a typed word is an option: `-` alone stands for stdin or stdout. */
export const isOption = (word: string): boolean => word.startsWith("-") && word !== "-";

/** How a field is shown in usage lines: `--map FORMAT=FILE`, `NAME`. */
export function placeholder(key: string, field: Field): string {
  if (field.kind === "boolean") return "";
  if (field.value !== undefined) return field.value;
  if (field.kind === "choice") return field.choices.join("|");
  if (field.kind === "number") return "N";
  return flagName(key).toUpperCase();
}
