import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "../../src/commands/command.ts";
import { toFlagName, formatPlaceholder, type Field, type Fields } from "../../src/commands/field.ts";
import { readCommands, type NounFolder } from "./commands.ts";

/** A field without its texts. */
interface FieldData {
  readonly kind: Field["kind"];
  readonly value?: string | undefined;
  readonly short?: string | undefined;
  readonly required?: true | undefined;
  readonly repeatable?: true | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly default?: string | number | undefined;
}

interface VerbData {
  /** in the order they are typed */
  readonly arguments: readonly (FieldData & { readonly name: string })[];
  /** by flag */
  readonly options: Readonly<Record<string, FieldData>>;
  /** in order */
  readonly exits: readonly number[];
  /** of whatever fails, where the command has exit codes of its own */
  readonly failureExit?: number | undefined;
}

/** What scripts may rely on: all that is declared but the texts for people, which may change. Keys are sorted. */
export interface Declarations {
  /** by flag */
  readonly globals: Readonly<Record<string, FieldData>>;
  /** by path: `secured groups` */
  readonly nouns: Readonly<Record<string, { readonly aliases: readonly string[] }>>;
  /** by path: `users import` */
  readonly verbs: Readonly<Record<string, VerbData>>;
}

/** The part of the table of failures that is read; exit codes by failure. */
type Exits = Readonly<Record<string, { readonly exit: number }>>;

const fieldData = (key: string, field: Field): FieldData => {
  if (field.kind === "boolean") return { kind: field.kind, short: field.short };
  const { kind, short, required, repeatable, default: standard } = field;
  const range = kind === "number" ? { min: field.min ?? 0, max: field.max } : {};
  const choices = kind === "choice" ? field.choices : undefined;
  return {
    kind,
    value: formatPlaceholder(key, field),
    short,
    required,
    repeatable,
    choices,
    ...range,
    default: standard,
  };
};

const sorted = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));

const optionData = (options: Fields): Declarations["globals"] =>
  sorted(Object.entries(options).map(([key, field]) => [`--${toFlagName(key)}`, fieldData(key, field)]));

/** The table of failures, and those of opening a tenant. */
interface Failures {
  readonly errors: Exits;
  readonly opening: readonly string[];
}

function exitCodes(command: Command, { errors, opening }: Failures): readonly number[] {
  const codeOf = (failure: string): number => {
    const code = errors[failure]?.exit;
    if (code === undefined) throw new Error(`${failure} is none of the failures`);
    return code;
  };
  const { exits, opensTenant, ownExits, changes, changesBy, shows } = command;
  const isChange = changes === true || changesBy !== undefined || shows !== undefined;
  // a home that others may write is refused before a tenant is opened
  const before = opensTenant === false ? (isChange ? ["not-permitted"] : []) : opening;
  const usual = ["unexpected", "usage", ...exits, ...before].map(codeOf);
  const own = ownExits?.meanings.map(([code]) => code) ?? [];
  const codes = ownExits === undefined || ownExits.onlyNagios === true ? [0, ...usual, ...own] : own;
  return [...new Set([...codes, codeOf("interrupted")])].toSorted((a, b) => a - b);
}

const verbData = (command: Command, failures: Failures): VerbData => ({
  arguments: Object.entries(command.args).map(([name, field]) => ({ name, ...fieldData(name, field) })),
  options: optionData(command.options),
  exits: exitCodes(command, failures),
  failureExit: command.ownExits?.onlyNagios === true ? undefined : command.ownExits?.failure,
});

const withBelow = (folder: NounFolder): readonly NounFolder[] => [folder, ...folder.nouns.flatMap(withBelow)];

/**
 * The declarations of a checkout, which needs its packages: this one, or one of another commit.
 *
 * @param root the checkout
 */
export async function readDeclarations(root: string): Promise<Declarations> {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(root, "src", file)).href);
  const { GLOBAL_OPTIONS } = (await load("commands/globals.ts")) as { GLOBAL_OPTIONS: Fields };
  const { ERRORS, OPEN_TENANT_ERRORS } = (await load("lib/errors/index.ts")) as {
    ERRORS: Exits;
    OPEN_TENANT_ERRORS: readonly string[];
  };
  const failures = { errors: ERRORS, opening: OPEN_TENANT_ERRORS };
  const program = await readCommands(join(root, "src", "commands"), GLOBAL_OPTIONS);
  const nouns = program.nouns.flatMap(withBelow);
  return {
    globals: optionData(GLOBAL_OPTIONS),
    nouns: sorted(nouns.map(({ path, noun }) => [path.join(" "), { aliases: noun.aliases ?? [] }])),
    verbs: sorted(
      [program, ...nouns].flatMap(({ path, verbs }) =>
        verbs.map(({ name, command }) => [[...path, name].join(" "), verbData(command, failures)] as const),
      ),
    ),
  };
}
