import type { ErrorCode } from "../lib/errors/index.ts";
import type { Column, Terminal } from "../lib/terminal/index.ts";
import type { Text } from "../lib/text/index.ts";
import type { Fields, InputOf, CommandSyntax } from "./field.ts";
import type { Tools } from "./tools.ts";

/** An example line, run exactly as written by `test/process/examples.test.ts` in a fresh home, in `fixtures`. */
export interface Example {
  readonly line: string;
  readonly about?: Text | undefined;
}

/**
 * How a command ended: undefined if everything was done, otherwise the error code that sets the exit code, without a
 * message. A number is one of the command's {@link PrescribedExits}.
 */
export type Outcome = ErrorCode | number | void;

/**
 * Exit codes prescribed by the caller of a command, such as a monitoring system. With the command's option `nagios`, a
 * failure also prints a monitoring plugin's line on stdout, because such a system reads nothing else.
 */
export interface PrescribedExits {
  readonly service: string;
  /** the code of every failure, including usage errors and crashes; only an interruption keeps its usual code */
  readonly failure: number;
  readonly meanings: readonly (readonly [code: number, meaning: Text])[];
}

/**
 * One verb, declared once: parsing, help, the reference in `docs/commands`, completion and tests are derived from the
 * declaration. It is plain data, so that `--help` and the docs do not need a schema library.
 */
export interface CommandDefinition<A extends Fields, O extends Fields> extends CommandSyntax {
  readonly summary: Text;
  /** what is uncertain about the files that the command reads or writes; shown in every form of its help */
  readonly caution?: Text | undefined;
  readonly details?: readonly Text[] | undefined;
  readonly args: A;
  readonly options: O;
  readonly examples: readonly Example[];
  /** the failures that a script should expect, in addition to `usage`, `unexpected` and those of opening a tenant */
  readonly exits: readonly ErrorCode[];
  /** true if the command changes something (implied by {@link shows}), so that an interruption may come too late */
  readonly changes?: true | undefined;
  /** true if the command commits or refuses a plan, so that a run without a terminal ends with a summary line */
  readonly plans?: true | undefined;
  /** the options with which a command that otherwise only reads changes something */
  readonly changesBy?: readonly string[] | undefined;
  /**
   * the columns in which a command shows what it changed. `--fields` is checked against them first, so
   * that no command ends with a usage error after its work is done
   */
  readonly shows?: (readonly Column<never>[] | ((terminal: Terminal) => readonly Column<never>[])) | undefined;
  readonly ownExits?: PrescribedExits | undefined;
  /**
   * Does the work. Resolves when the work is done, to `partial` or `differs` if the exit code should say so. A thrown
   * Failure is shown in the user's language.
   */
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

/** A noun of the command line: a folder of verbs, declared in `noun.ts` of the folder. */
export interface Noun {
  readonly summary: Text;
  /** what to do first, or where related commands are; shown below the summary in the noun's help */
  readonly advice?: Text | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** example lines; default: those of the first verbs */
  readonly examples?: readonly string[] | undefined;
  /** where the first screen lists it; only below the root */
  readonly group?: NounGroup | undefined;
}

export type NounGroup = "daily" | "tenant" | "apple" | "handover" | "set-up";

export function defineNoun(noun: Noun): Noun {
  return noun;
}

/** A verb in the list of commands: its file is loaded only to run it or to show its help. */
export interface VerbNode {
  readonly name: string;
  readonly summary: Text;
  /** the verb's own exit code for all failures, if it has one; used even if the verb's file cannot be loaded */
  readonly failureExit?: number | undefined;
  /** with `--nagios`: the start of the line that a failure prints on stdout */
  readonly nagios?: string | undefined;
  readonly load: () => Promise<{ readonly default: Command }>;
}

/** A noun with its verbs and, for two-level nouns like `secured users`, further nouns. */
export interface NounNode extends Noun {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly examples: readonly string[];
  readonly nouns: readonly NounNode[];
  readonly verbs: readonly VerbNode[];
}

/** Returns true if a command always changes something; such commands need a home folder that others cannot write. */
export const isModifyingCommand = ({ changes, shows }: Pick<Command, "changes" | "shows">): boolean =>
  changes === true || shows !== undefined;
