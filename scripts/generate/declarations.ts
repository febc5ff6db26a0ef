import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "../../src/commands/kit/command.ts";
import { toFlagName, formatPlaceholder, type Field, type Fields } from "../../src/commands/kit/field.ts";
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
  /** in the order in which they are typed */
  readonly arguments: readonly (FieldData & { readonly name: string })[];
  /** options by flag */
  readonly options: Readonly<Record<string, FieldData>>;
  /** exit codes in ascending order */
  readonly exits: readonly number[];
  /** exit code of all failures, if the command has its own exit codes */
  readonly failureExit?: number | undefined;
}

/**
 * The part of the declarations on which scripts may rely: everything except the texts for people, which may change.
 * Keys are sorted.
 */
export interface Declarations {
  /** global options by flag */
  readonly globals: Readonly<Record<string, FieldData>>;
  /** nouns by path, such as `secured groups` */
  readonly nouns: Readonly<Record<string, { readonly aliases: readonly string[] }>>;
  /** verbs by path, such as `users import` */
  readonly verbs: Readonly<Record<string, VerbData>>;
}

/** Exit codes by error code: the part of the error table that is used here. */
type ExitsByError = Readonly<Record<string, { readonly exit: number }>>;

const toFieldData = (key: string, field: Field): FieldData => {
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

const sortByKey = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));

const toOptionData = (options: Fields): Declarations["globals"] =>
  sortByKey(Object.entries(options).map(([key, field]) => [`--${toFlagName(key)}`, toFieldData(key, field)]));

/** The error table, and the errors that may occur when a tenant is opened. */
interface ErrorTables {
  readonly errors: ExitsByError;
  readonly opening: readonly string[];
}

function listExitCodes(command: Command, { errors, opening }: ErrorTables): readonly number[] {
  const codeOf = (failure: string): number => {
    const code = errors[failure]?.exit;
    if (code === undefined) throw new Error(`${failure} is none of the failures`);
    return code;
  };
  const { exits, opensTenant, ownExits, changes, changesBy, shows } = command;
  const isChange = changes === true || changesBy !== undefined || shows !== undefined;
  // if others can write to the home folder, the command is refused before a tenant is opened
  const before = opensTenant === false ? (isChange ? ["not-permitted"] : []) : opening;
  const usual = ["unexpected", "usage", ...exits, ...before].map(codeOf);
  const own = ownExits?.meanings.map(([code]) => code) ?? [];
  const codes = ownExits === undefined ? [0, ...usual] : own;
  return [...new Set([...codes, codeOf("interrupted")])].toSorted((a, b) => a - b);
}

const toVerbData = (command: Command, failures: ErrorTables): VerbData => ({
  arguments: Object.entries(command.args).map(([name, field]) => ({ name, ...toFieldData(name, field) })),
  options: toOptionData(command.options),
  exits: listExitCodes(command, failures),
  failureExit: command.ownExits?.failure,
});

const flattenNouns = (folder: NounFolder): readonly NounFolder[] => [folder, ...folder.nouns.flatMap(flattenNouns)];

/**
 * Reads the declarations of a checkout, which may be at another commit. Its packages must be installed.
 *
 * @param root the checkout
 */
export async function readDeclarations(root: string): Promise<Declarations> {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(root, "src", file)).href);
  const { GLOBAL_OPTIONS } = (await load("commands/kit/globals.ts")) as { GLOBAL_OPTIONS: Fields };
  const { ERRORS, OPEN_TENANT_ERRORS } = (await load("lib/errors/index.ts")) as {
    ERRORS: ExitsByError;
    OPEN_TENANT_ERRORS: readonly string[];
  };
  const failures = { errors: ERRORS, opening: OPEN_TENANT_ERRORS };
  const program = await readCommands(join(root, "src", "commands"), GLOBAL_OPTIONS);
  const nouns = program.nouns.flatMap(flattenNouns);
  return {
    globals: toOptionData(GLOBAL_OPTIONS),
    nouns: sortByKey(nouns.map(({ path, noun }) => [path.join(" "), { aliases: noun.aliases ?? [] }])),
    verbs: sortByKey(
      [program, ...nouns].flatMap(({ path, verbs }) =>
        verbs.map(({ name, command }) => [[...path, name].join(" "), toVerbData(command, failures)] as const),
      ),
    ),
  };
}
