import type { ErrorCode } from "../lib/errors/index.ts";
import type { Column, Terminal } from "../lib/terminal/index.ts";
import type { Text } from "../lib/text/index.ts";
import type { Fields, InputOf, CommandSyntax } from "./field.ts";
import type { Tools } from "./tools.ts";

/** An example. `test/process/examples.test.ts` runs `line` in a fresh home folder, in the folder `fixtures`. */
export interface Example {
  readonly line: string;
  readonly about?: Text | undefined;
}

/**
 * How a command ended: undefined if it succeeded; otherwise an error code, which sets the exit code but is not
 * reported. A number is one of the command's {@link PrescribedExits}.
 */
export type Outcome = ErrorCode | number | void;

/** Exit codes that a monitoring system prescribes. With `--nagios`, failures are also printed on stdout. */
export interface PrescribedExits {
  readonly service: string;
  /** exit code of every failure except an interruption, including usage errors and crashes */
  readonly failure: number;
  readonly meanings: readonly (readonly [code: number, meaning: Text])[];
}

/**
 * The declaration of a verb, from which parsing, help, `docs/commands`, completion and tests are derived. It does not
 * use a schema library, so that `--help` loads quickly.
 */
export interface CommandDefinition<A extends Fields, O extends Fields> extends CommandSyntax {
  readonly summary: Text;
  /** uncertain properties of the files that the command reads or writes; shown in short help too */
  readonly caution?: Text | undefined;
  readonly details?: readonly Text[] | undefined;
  readonly args: A;
  readonly options: O;
  readonly examples: readonly Example[];
  /** the failures that scripts should expect, besides `usage`, `unexpected` and the failures of opening a tenant */
  readonly exits: readonly ErrorCode[];
  /** true if the command changes something; implied by {@link shows} */
  readonly changes?: true | undefined;
  /** true if the command commits or rejects a plan; in scripts, such a command prints a summary line */
  readonly plans?: true | undefined;
  /** options that make a read-only command change something */
  readonly changesBy?: readonly string[] | undefined;
  /** columns of the result of a change; a wrong name in `--fields` is rejected before the change */
  readonly shows?: (readonly Column<never>[] | ((terminal: Terminal) => readonly Column<never>[])) | undefined;
  readonly ownExits?: PrescribedExits | undefined;
  /** Runs the command. Failures that it throws are shown in the user's language. */
  run(tools: Tools, input: InputOf<A> & InputOf<O>): Promise<Outcome>;
}

export type Command = CommandDefinition<Fields, Fields>;

export function defineCommand<const A extends Fields, const O extends Fields>(
  command: CommandDefinition<A, O> & {
    readonly excludes?: readonly (readonly [keyof (A & O), keyof (A & O)])[] | undefined;
  },
): CommandDefinition<A, O> {
  return command;
}

/** A group of commands, such as `users`, declared in `noun.ts` of its folder. */
export interface Noun {
  readonly summary: Text;
  /** advice below the summary in the noun's help, such as the command to run first */
  readonly advice?: Text | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** example lines; by default those of the first verbs */
  readonly examples?: readonly string[] | undefined;
  /** heading of the program's help under which the noun is listed; only for nouns below the root */
  readonly group?: NounGroup | undefined;
}

export type NounGroup = "daily" | "tenant" | "apple" | "handover" | "set-up";

export function defineNoun(noun: Noun): Noun {
  return noun;
}

/** A verb in the tree of commands. Its file is loaded only to run the verb or to show its help. */
export interface VerbNode {
  readonly name: string;
  readonly summary: Text;
  /** exit code of all failures, if prescribed; also used if the verb's file cannot be loaded */
  readonly failureExit?: number | undefined;
  /** start of the line that a failure prints on stdout with `--nagios` */
  readonly nagios?: string | undefined;
  readonly load: () => Promise<{ readonly default: Command }>;
}

/** A noun with its verbs and nested nouns: `users` in `secured users` is a nested noun. */
export interface NounNode extends Noun {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly examples: readonly string[];
  readonly nouns: readonly NounNode[];
  readonly verbs: readonly VerbNode[];
}

/** Returns true if a command always changes something, and so needs a home folder that only its owner can change. */
export const isModifyingCommand = ({ changes, shows }: Pick<Command, "changes" | "shows">): boolean =>
  changes === true || shows !== undefined;
