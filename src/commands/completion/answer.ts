import { type Command, type NounNode, listSubcommands } from "../command.ts";
import { toFlagName, type Field, type Fields } from "../field.ts";
import { GLOBAL_OPTIONS } from "../globals.ts";
import { text, type Language, type Text } from "../../lib/text/index.ts";
import { findCompletionPlace, type PartialLine } from "./place.ts";

export interface CompletionCandidate {
  readonly value: string;
  /** a description in the language of the line; may be empty */
  readonly about: string;
}

export type ContextReader = () => Promise<readonly string[]>;

/** The response to a shell: words to offer, or the instruction that the shell complete file names. */
export type CompletionResponse =
  | { readonly with: "words"; readonly candidates: readonly CompletionCandidate[] }
  | { readonly with: "files" };

interface Suggestion {
  readonly value: string;
  readonly about: Text;
}

const EMPTY_TEXT = text("", "");

const HELP_FLAGS: readonly Suggestion[] = [
  { value: "--help", about: text("show help", "ヘルプを表示する") },
  { value: "--help-all", about: text("show help with every option", "全オプションのヘルプを表示する") },
];

const VERSION_FLAG: Suggestion = {
  value: "--version",
  about: text("show the version of clomoctl", "バージョンを表示する"),
};

/** Words that clomoctl handles although they are not commands. */
const BUILT_IN_WORDS: readonly Suggestion[] = [
  { value: "help", about: text("show the help of a command", "コマンドのヘルプを表示する") },
  { value: "version", about: VERSION_FLAG.about },
];

const suggestWordsBelow = (noun: NounNode): readonly Suggestion[] =>
  listSubcommands(noun).map(({ name, summary }) => ({ value: name, about: summary }));

const isRepeatable = (field: Field): boolean => field.kind !== "boolean" && field.repeatable === true;

const isRequired = (field: Field): boolean => field.kind !== "boolean" && field.required === true;

const suggestFlags = (options: Fields, typed: ReadonlySet<string>): readonly Suggestion[] =>
  Object.entries(options).flatMap(([key, field]) => {
    const flag = `--${toFlagName(key)}`;
    const isDone = typed.has(flag) || (field.short !== undefined && typed.has(`-${field.short}`));
    return isDone && !isRepeatable(field) ? [] : [{ value: flag, about: field.about }];
  });

const toSuggestions = (values: readonly string[]): readonly Suggestion[] =>
  values.map((value) => ({ value, about: EMPTY_TEXT }));

/** Returns the possible values of a field; undefined if the shell should complete file names. */
async function suggestValues(field: Field, readContexts: ContextReader): Promise<readonly Suggestion[] | undefined> {
  switch (field.kind) {
    case "boolean":
    case "number":
    case "date":
    case "duration":
      return [];
    case "choice":
      return toSuggestions(field.choices);
    case "timezone":
      return toSuggestions(Intl.supportedValuesOf("timeZone"));
    case "file":
    case "output":
      return undefined;
    case "string":
    case "list": {
      const { names, choices = [] } = field;
      if (names === undefined) return toSuggestions(choices);
      return names === "files" ? undefined : toSuggestions(await readContexts());
    }
  }
}

/** Returns suggestions if no argument is left: missing required options, otherwise all of the verb's own options. */
function suggestRemainingOptions({ options }: Command, typed: ReadonlySet<string>): readonly Suggestion[] {
  const left = suggestFlags(options, typed);
  const required = left.filter(({ value }) =>
    Object.entries(options).some(([key, field]) => isRequired(field) && `--${toFlagName(key)}` === value),
  );
  return required.length > 0 ? required : left;
}

async function suggestWords(
  line: PartialLine,
  current: string,
  readContexts: ContextReader,
): Promise<readonly Suggestion[] | undefined> {
  const { noun, verb, words, flags } = line;
  const isRoot = noun.name === "clomoctl" && verb === undefined;
  if (line.stray !== undefined || line.version) return [];
  // after `help`, as in `help users import`, only nouns and verbs follow, and no command is run
  if (line.help && ![...flags].some((flag) => flag === "-h" || flag.startsWith("--help"))) {
    return verb === undefined ? suggestWordsBelow(noun) : [];
  }
  const command = (await verb?.load())?.default;
  // a verb that writes a file as its result has its own --output
  const options: Fields = { ...GLOBAL_OPTIONS, ...command?.options };
  const place = findCompletionPlace(words, current, command?.args ?? {}, options);
  switch (place.at) {
    case "flag":
      return [...suggestFlags(options, flags), ...HELP_FLAGS, ...(isRoot ? [VERSION_FLAG] : [])];
    case "value": {
      const { field, behind } = place;
      const values = await suggestValues(field, readContexts);
      return values?.map(({ value, about }) => ({ value: behind + value, about }));
    }
    case "word": {
      if (command === undefined) {
        const possible = [...suggestWordsBelow(noun), ...(isRoot && words.length === 0 ? BUILT_IN_WORDS : [])];
        const [field] = Object.values((await line.namesake?.load())?.default.args ?? {});
        const isBelow = field === undefined || possible.some(({ value }) => value.startsWith(current));
        return isBelow ? possible : suggestValues(field, readContexts);
      }
      if (place.field === undefined) return suggestRemainingOptions(command, flags);
      return suggestValues(place.field, readContexts);
    }
  }
}

const UNPRINTABLE_CHARACTERS = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * Completes the word at the end of a line.
 *
 * @param current what was typed of the word, unquoted; may be empty
 * @param language language of the descriptions
 * @param readContexts called only if the word is the name of a context
 * @returns only words that begin with `current`, in order, without words that a command line cannot hold
 */
export async function completeWord(
  line: PartialLine,
  current: string,
  language: Language,
  readContexts: ContextReader,
): Promise<CompletionResponse> {
  const possible = await suggestWords(line, current, readContexts);
  if (possible === undefined) return { with: "files" };
  const fitting = possible.filter(({ value }) => value.startsWith(current) && !UNPRINTABLE_CHARACTERS.test(value));
  const candidates = fitting.map(({ value, about: { [language]: about } }) => ({ value, about }));
  return { with: "words", candidates };
}
