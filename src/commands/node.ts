import type { Text } from "../lib/text/index.ts";
import type { Command } from "./command.ts";

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
