import type { ErrorCode } from "../lib/errors/index.ts";
import type { Column, Terminal } from "../lib/terminal/index.ts";
import type { Text } from "../lib/text/index.ts";
import type { Fields, InputOf, Syntax } from "./field.ts";
import type { Tools } from "./tools.ts";

/** A line to type, run as it stands by `test/process/examples.test.ts` in a fresh home, in the folder `fixtures`. */
export interface Example {
  readonly line: string;
  /** what it is for, where the line is not clear enough */
  readonly about?: Text | undefined;
}

/**
 * How a command ended: undefined when all was done, else the error code that sets the exit code, without a message; a
 * number is one of the command's {@link OwnExits}.
 */
export type Outcome = ErrorCode | number | void;

/**
 * Exit codes of a command whose caller prescribes them: a monitoring system. With the option `nagios` of the command, a failure
 * also prints the line of a monitoring plugin on stdout, which is all that such a system reads.
 */
export interface OwnExits {
  /** what that line begins with: `RENEWALS` */
  readonly service: string;
  /** they are those of `--nagios`; without it the command has the usual ones */
  readonly onlyNagios?: true | undefined;
  /** the code of every failure, including usage errors and crashes; only an interruption keeps its own */
  readonly failure: number;
  /** what each code means, in order */
  readonly meanings: readonly (readonly [code: number, meaning: Text])[];
}

/**
 * One verb, declared once: parsing, help, the reference in `docs/commands`, completion and tests follow from it.
 * It is light data, so that `--help` and the docs need no schema library.
 */
export interface CommandOf<A extends Fields, O extends Fields> extends Syntax {
  /** one line, shown in the list of verbs too */
  readonly summary: Text;
  /** what is not certain of the files it reads or writes: said on every page of its help */
  readonly caution?: Text | undefined;
  /** more for `--help`: paragraphs, not wrapped */
  readonly details?: readonly Text[] | undefined;
  readonly args: A;
  readonly options: O;
  readonly examples: readonly Example[];
  /** the failures a script should expect, besides `usage`, `unexpected` and those of opening a tenant */
  readonly exits: readonly ErrorCode[];
  /** it changes something, as every command does that has {@link shows}: an interruption may have come too late */
  readonly changes?: true | undefined;
  /** the options by which a command changes something that otherwise only reads */
  readonly changesBy?: readonly string[] | undefined;
  /**
   * the columns in which a command shows what it has changed: `--fields` and `--query` are checked against them first, so
   * that no command ends with a usage error after its work is done
   */
  readonly shows?: (readonly Column<never>[] | ((terminal: Terminal) => readonly Column<never>[])) | undefined;
  /** what some of its exit codes say, where that is more than the failures' own meaning */
  readonly exitMeanings?: readonly (readonly [code: number, meaning: Text])[] | undefined;
  /** exit codes in place of the usual ones */
  readonly ownExits?: OwnExits | undefined;
  /**
   * Does the work. Resolves when it is done, with `partial` or `differs` where the exit code should say so; a
   * Failure that is thrown is shown in the user's language.
   */
  run(tools: Tools, input: InputOf<A> & InputOf<O>): Promise<Outcome>;
}

/** A command whatever its fields are. */
export type Command = CommandOf<Fields, Fields>;

/** Declares a verb; the input's type follows from `args` and `options`. */
export function defineCommand<const A extends Fields, const O extends Fields>(
  command: CommandOf<A, O> & { readonly excludes?: readonly (readonly [keyof O, keyof O])[] | undefined },
): CommandOf<A, O> {
  return command;
}

/** Declares verbs that have much in common, by name: in `verbs.ts` of their noun's folder. */
export function defineVerbs<const V extends Readonly<Record<string, Command>>>(verbs: V): V {
  return verbs;
}

/** A noun: a folder of verbs; declared in `noun.ts` of the folder. */
export interface Noun {
  /** one line, shown in the list of nouns */
  readonly summary: Text;
  /** other names it is known by: `account` for `clomo-account` */
  readonly aliases?: readonly string[] | undefined;
  /** lines to type; else those of its first verbs */
  readonly examples?: readonly string[] | undefined;
  /** where the first screen lists it; only below the root */
  readonly group?: NounGroup | undefined;
}

/** The groups of the first screen, in this order. */
export type NounGroup = "daily" | "tenant" | "apple" | "handover" | "set-up";

/** Declares a noun. */
export function defineNoun(noun: Noun): Noun {
  return noun;
}

/** A verb in the list of commands: its file is loaded only to run it or to show its help. */
export interface VerbNode {
  readonly name: string;
  readonly summary: Text;
  /** the exit code of every failure, where the verb has its own; known also when its file cannot be loaded */
  readonly failureExit?: number | undefined;
  /** with `--nagios`, what the line begins with that a failure prints on stdout, and the exit code of a failure */
  readonly nagios?: { readonly service: string; readonly failureExit: number } | undefined;
  readonly load: () => Promise<{ readonly default: Command }>;
}

/** A noun with its verbs and, for two-level nouns like `secured users`, further nouns. */
export interface NounNode {
  readonly name: string;
  readonly summary: Text;
  readonly aliases: readonly string[];
  readonly group?: NounGroup | undefined;
  /** how it is called itself, with the arguments of the verb of the same name */
  readonly usage?: string | undefined;
  /** lines to type */
  readonly examples: readonly string[];
  readonly nouns: readonly NounNode[];
  readonly verbs: readonly VerbNode[];
}

/** The words that may follow a noun, in the order of help. A verb named like a noun is called by words that are not in the noun. */
export const wordsBelow = ({ nouns, verbs }: NounNode): readonly (NounNode | VerbNode)[] => [
  ...nouns,
  ...verbs.filter(({ name }) => !nouns.some((noun) => noun.name === name)),
];
