import { flagName, isOption, type Field, type Fields } from "../field.ts";
import type { NounNode, VerbNode } from "../command.ts";

/** A command line, read as far as possible without the options of its verb; also the words before the one that is completed. */
export interface LineSoFar {
  /** the last noun; the program itself if there is no noun */
  readonly noun: NounNode;
  /** the verb of the same name, which is meant if the next word is not in the noun */
  readonly namesake: VerbNode | undefined;
  readonly verb: VerbNode | undefined;
  /** all words except the nouns and the verb */
  readonly words: readonly string[];
  /** values of the general options, by flag; the last one if repeated; blank for a switch */
  readonly globals: ReadonlyMap<string, string>;
  /** the flags of all options that were typed, the verb's own among them */
  readonly flags: ReadonlySet<string>;
  /** the version is asked for, before any word that leads nowhere */
  readonly version: boolean;
  readonly help: boolean;
  /** the first word that leads nowhere; undefined if there is none */
  readonly stray: unknown;
}

/** What is to be completed. */
export type CompletionPlace =
  /** a noun, a verb or an argument; an argument's field is undefined where there is none left */
  | { readonly at: "word"; readonly field: Field | undefined }
  /** the flag of an option */
  | { readonly at: "flag" }
  /** the value of an option, or its beginning behind `--mode=` */
  | { readonly at: "value"; readonly field: Field; readonly behind: string };

/** The fields of a verb's options by what is typed for them, short flags among them. */
const byFlag = (options: Fields): ReadonlyMap<string, Field> =>
  new Map(
    Object.entries(options).flatMap(([key, field]): [string, Field][] => [
      [`--${flagName(key)}`, field],
      ...(field.short === undefined ? [] : [[`-${field.short}`, field] as [string, Field]]),
    ]),
  );

/** Whether a word is an option whose value is the next word. */
const wantsValue = (word: string, flags: ReadonlyMap<string, Field>): boolean => {
  const field = flags.get(word);
  return field !== undefined && field.kind !== "boolean";
};

/** The arguments typed before, and what the last word was. */
function operandsIn(words: readonly string[], flags: ReadonlyMap<string, Field>) {
  let operands = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") return { operands: operands + words.length - at - 1, closed: true, pending: undefined };
    if (!isOption(word)) operands += 1;
    else if (wantsValue(word, flags) && (at += 1) === words.length) {
      return { operands, closed: false, pending: flags.get(word) };
    }
  }
  return { operands, closed: false, pending: undefined };
}

function argumentAt(args: Fields, at: number): Field | undefined {
  const fields = Object.values(args);
  const last = fields.at(-1);
  return fields[at] ?? (last !== undefined && last.kind !== "boolean" && last.repeatable === true ? last : undefined);
}

/**
 * What the word that is being typed is.
 *
 * @param words those before it, but for nouns and verb
 * @param args of the verb, in their order; none before a verb
 * @param options those that may be typed here, the general ones among them
 */
export function placeOf(words: readonly string[], current: string, args: Fields, options: Fields): CompletionPlace {
  const flags = byFlag(options);
  const { operands, closed, pending } = operandsIn(words, flags);
  if (pending !== undefined) return { at: "value", field: pending, behind: "" };
  if (closed || !current.startsWith("-")) return { at: "word", field: argumentAt(args, operands) };
  const [flag = "", ...rest] = current.split("=");
  const field = flags.get(flag);
  if (rest.length === 0 || field === undefined || field.kind === "boolean") return { at: "flag" };
  return { at: "value", field, behind: `${flag}=` };
}
