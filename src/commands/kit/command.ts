import type { ErrorCode } from "../../lib/errors/index.ts";
import type { Column, Terminal } from "../../lib/terminal/index.ts";
import type { Text } from "../../lib/text/index.ts";
import type { Fields, InputOf, CommandSyntax } from "./field.ts";
import type { Tools } from "./tools.ts";

/** `test/process/examples.test.ts` runs each example in the folder `fixtures`. */
export interface Example {
  readonly line: string;
  readonly about?: Text | undefined;
}

/** Undefined means success. An error code sets the exit code and prints no message. */
export type Outcome = ErrorCode | number | void;

export interface PrescribedExits {
  readonly service: string;
  /** exit code of every failure except an interruption */
  readonly failure: number;
  readonly meanings: readonly (readonly [code: number, meaning: Text])[];
}

export interface CommandDefinition<A extends Fields, O extends Fields> extends CommandSyntax {
  readonly summary: Text;
  readonly caution?: Text | undefined;
  readonly details?: Text | readonly Text[] | undefined;
  readonly args: A;
  readonly options: O;
  readonly examples: readonly Example[];
  /** failures that scripts should expect; omits `usage`, `unexpected` and the failures of opening a tenant */
  readonly exits: readonly ErrorCode[];
  /** true if the command changes something; not needed if {@link shows} is set */
  readonly changes?: true | undefined;
  readonly plans?: true | undefined;
  /**
   * Returns the words by which runs without a terminal are recorded as a job; undefined if this run is no job. Default:
   * the files of a plan.
   */
  job?(input: Readonly<Record<string, unknown>>): readonly string[] | undefined;
  /** true if the command works only with tenants on this computer */
  readonly isLocal?: true | undefined;
  /** options that make a read-only command change something */
  readonly changesBy?: readonly string[] | undefined;
  /** columns of the result of a change; wrong `--fields` are rejected before the change */
  readonly shows?: (readonly Column<never>[] | ((terminal: Terminal) => readonly Column<never>[])) | undefined;
  readonly ownExits?: PrescribedExits | undefined;
  run(tools: Tools, input: InputOf<A> & InputOf<O>): Promise<Outcome>;
}

export type Command = CommandDefinition<Fields, Fields>;

export function defineCommand<const A extends Fields, const O extends Fields>(
  command: CommandDefinition<A, O> & {
    readonly excludes?: readonly (readonly [Name<A & O>, Name<A & O>, ...Name<A & O>[]])[] | undefined;
  },
): CommandDefinition<A, O> {
  return command;
}

/** Name of an argument or option of the command, or of a global option that chooses a tenant. */
type Name<F> = keyof F | "context" | "as" | "tokenFile";

export interface Noun {
  readonly summary: Text;
  readonly advice?: Text | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly examples?: readonly string[] | undefined;
  /** heading in the program's help; only top-level nouns have one */
  readonly group?: NounGroup | undefined;
}

export type NounGroup = "daily" | "tenant" | "apple" | "handover" | "set-up";

/** The file of a verb is loaded only when the verb runs or its help is shown. */
export interface VerbNode {
  readonly name: string;
  readonly summary: Text;
  /** exit code of every failure, if a monitoring system requires one */
  readonly failureExit?: number | undefined;
  /** first word of the line that a failure prints with `--nagios` */
  readonly nagios?: string | undefined;
  readonly load: () => Promise<{ readonly default: Command }>;
}

export interface NounNode extends Noun {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly examples: readonly string[];
  readonly nouns: readonly NounNode[];
  readonly verbs: readonly VerbNode[];
}
