import type { TypedDate } from "../../lib/model/time.ts";
import { text, type Text } from "../../lib/text/index.ts";

interface FieldBase {
  readonly about: Text;
  readonly requires?: string | undefined;
  /** text for short help; options with this text are listed first */
  readonly brief?: Text | undefined;
}

interface FieldWithValue extends FieldBase {
  /** placeholder of the value in help, in upper case, such as `FILE` */
  readonly value?: string | undefined;
  readonly short?: string | undefined;
  readonly required?: true | undefined;
  /** true if the option or argument can be repeated; its value is then an array */
  readonly repeatable?: true | undefined;
  /** true if two different values are a usage error; otherwise the last value is used */
  readonly single?: true | undefined;
  /** true if a blank value means null and clears the field; otherwise a blank value is a usage error */
  readonly blank?: true | undefined;
}

export interface SwitchField extends FieldBase {
  readonly kind: "boolean";
  readonly short?: string | undefined;
}

/** The file `-` is stdin. A time zone is an IANA name. */
export interface TextField extends FieldWithValue {
  readonly kind: "string" | "file" | "list" | "timezone";
  readonly default?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly names?: "contexts" | "files" | undefined;
  /** true if the value is a bundle; the command may not write files into the bundle's folder */
  readonly isBundle?: true | undefined;
}

/** The file `-` is stdout. */
export interface OutputField extends FieldWithValue {
  readonly kind: "output";
  readonly default?: string | undefined;
  /** true if the file contains no personal data, so that it does not need mode 0600 */
  readonly isPublic?: true | undefined;
  /** true if the output is a bundle; a name without an archive's extension means a folder */
  readonly isBundle?: true | undefined;
  /** true if .xlsx output is supported; a text explains why .xlsx is not supported */
  readonly workbook?: true | Text | undefined;
  readonly notStdout?: true | undefined;
  /** returns the names of other files that the command writes beside the named file */
  readonly beside?: ((name: string, input: Readonly<Record<string, unknown>>) => readonly string[]) | undefined;
}

/** `duration`: `90d` or `12w`, converted to days. `date`: a day in the tenant's time zone or an instant. */
export interface TimeField extends FieldWithValue {
  readonly kind: "duration" | "date";
  readonly default?: undefined;
}

export interface NumberField extends FieldWithValue {
  readonly kind: "number";
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly default?: number | undefined;
}

/** Error messages do not list variants of a choice, such as `name:desc` for `name`. */
export interface ChoiceField extends FieldWithValue {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default?: string | undefined;
}

/** Other processes can see the command line, so a secret is never an argument or option. */
export type Field = SwitchField | ValueField;

export type ValueField = TextField | OutputField | TimeField | NumberField | ChoiceField;

export type Fields = Readonly<Record<string, Field>>;

type DetailsOf<F> = F extends Field ? Partial<Omit<F, "kind" | "about">> : never;

interface Described<K> {
  readonly kind: K;
  readonly about: Text;
}

export const defineSwitch = <const M extends DetailsOf<SwitchField> = object>(
  en: string,
  ja: string,
  more?: M,
): Described<"boolean"> & NoInfer<M> => ({ kind: "boolean", about: text(en, ja), ...(more as NoInfer<M>) });

type ValueKind = Exclude<ValueField["kind"], "choice">;

/** @param value placeholder in help */
export const defineOption = <const K extends ValueKind, const M extends DetailsOf<ValueField> = object>(
  kind: K,
  value: string,
  en: string,
  ja: string,
  more?: M,
): { readonly kind: K; readonly value: string; readonly about: Text } & NoInfer<M> => ({
  kind,
  value,
  about: text(en, ja),
  ...(more as NoInfer<M>),
});

export const defineChoice = <const C extends readonly string[], const M extends DetailsOf<ChoiceField> = object>(
  choices: C,
  en: string,
  ja: string,
  more?: M,
): Described<"choice"> & { readonly choices: C } & NoInfer<M> => ({
  kind: "choice",
  choices,
  about: text(en, ja),
  ...(more as NoInfer<M>),
});

export interface CommandSyntax {
  /** only the last argument may be optional or repeatable */
  readonly args: Fields;
  readonly options: Fields;
  /** options that cannot be used together; default values do not count */
  readonly excludes?: readonly (readonly [one: string, other: string, ...more: string[]])[] | undefined;
  readonly anyOf?: readonly (readonly string[])[] | undefined;
  readonly oneOf?: readonly (readonly string[])[] | undefined;
  readonly examples: readonly { readonly line: string }[];
  /** false if the command also works without a tenant */
  readonly opensTenant?: false | undefined;
  /** true if the command accepts `--as` although {@link opensTenant} is false */
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

export const toFlagName = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The word `-` is not an option, because it stands for stdin or stdout. */
export const isOption = (word: string): boolean => word.startsWith("-") && word !== "-";

export function formatPlaceholder(key: string, field: Field): string {
  if (field.kind === "boolean") return "";
  if (field.value !== undefined) return field.value;
  if (field.kind === "choice") return field.choices.join("|");
  if (field.kind === "number") return "N";
  return toFlagName(key).toUpperCase();
}

export function formatOptionTerm(key: string, field: Field): string {
  const short = field.short === undefined ? "" : `-${field.short}, `;
  return `${short}--${toFlagName(key)} ${formatPlaceholder(key, field)}`.trimEnd();
}
