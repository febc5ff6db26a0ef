import { toFlagName, isOption, type Field, type Fields } from "../field.ts";
import type { NounNode, VerbNode } from "../command.ts";

/** A command line, read as far as possible without its verb's options; also the words before the one to complete. */
export interface PartialLine {
  /** the last noun; the program itself if there is no noun */
  readonly noun: NounNode;
  /** the verb with the same name as the noun; used if the next word is not in the noun */
  readonly namesake: VerbNode | undefined;
  readonly verb: VerbNode | undefined;
  /** all words except the nouns and the verb */
  readonly words: readonly string[];
  /** values of the global options by flag: the last value if an option is repeated, blank for a switch */
  readonly globals: ReadonlyMap<string, string>;
  /** flags of all options that were typed, including the verb's own */
  readonly flags: ReadonlySet<string>;
  /** true if the version is requested before any word that is not recognised */
  readonly version: boolean;
  readonly help: boolean;
  /** the first word that is not recognised; undefined if all are recognised */
  readonly stray: unknown;
}

/** What kind of word is to be completed. */
export type CompletionPlace =
  /** a noun, a verb or an argument; `field` is undefined if no argument is left */
  | { readonly at: "word"; readonly field: Field | undefined }
  /** the flag of an option */
  | { readonly at: "flag" }
  /** the value of an option; `behind` is the text before it in the same word, such as `--mode=` */
  | { readonly at: "value"; readonly field: Field; readonly behind: string };

const mapByFlag = (options: Fields): ReadonlyMap<string, Field> =>
  new Map(
    Object.entries(options).flatMap(([key, field]): [string, Field][] => [
      [`--${toFlagName(key)}`, field],
      ...(field.short === undefined ? [] : [[`-${field.short}`, field] as [string, Field]]),
    ]),
  );

const isOptionWithValue = (word: string, flags: ReadonlyMap<string, Field>): boolean => {
  const field = flags.get(word);
  return field !== undefined && field.kind !== "boolean";
};

function readOperands(words: readonly string[], flags: ReadonlyMap<string, Field>) {
  let operands = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") return { operands: operands + words.length - at - 1, closed: true, pending: undefined };
    if (!isOption(word)) operands += 1;
    else if (isOptionWithValue(word, flags) && (at += 1) === words.length) {
      return { operands, closed: false, pending: flags.get(word) };
    }
  }
  return { operands, closed: false, pending: undefined };
}

function getArgumentAt(args: Fields, at: number): Field | undefined {
  const fields = Object.values(args);
  const last = fields.at(-1);
  return fields[at] ?? (last !== undefined && last.kind !== "boolean" && last.repeatable === true ? last : undefined);
}

/**
 * Returns what kind of word is being typed.
 *
 * @param words the words before the current one, without nouns and verb
 * @param args the arguments of the verb, in order; empty before a verb
 * @param options the options that may be typed here, including the global ones
 */
export function findCompletionPlace(
  words: readonly string[],
  current: string,
  args: Fields,
  options: Fields,
): CompletionPlace {
  const flags = mapByFlag(options);
  const { operands, closed, pending } = readOperands(words, flags);
  if (pending !== undefined) return { at: "value", field: pending, behind: "" };
  if (closed || !current.startsWith("-")) return { at: "word", field: getArgumentAt(args, operands) };
  const [flag = "", ...rest] = current.split("=");
  const field = flags.get(flag);
  if (rest.length === 0 || field === undefined || field.kind === "boolean") return { at: "flag" };
  return { at: "value", field, behind: `${flag}=` };
}
