import { type Command, type NounNode, wordsBelow } from "../command.ts";
import { flagName, type Field, type Fields, type CompletionKind } from "../field.ts";
import { GLOBAL_OPTIONS } from "../globals.ts";
import { same, text, type Language, type Text } from "../../lib/text/index.ts";
import { placeOf, type LineSoFar } from "./place.ts";

/** What a word may become. */
export interface Candidate {
  /** the whole word */
  readonly value: string;
  /** what it is, in the language of the line; may be empty */
  readonly about: string;
}

/**
 * Reads what a word may name.
 *
 * @param typed the beginning of the name; more may be read than begins with it
 */
export type NameReader = (names: CompletionKind, typed: string, line: LineSoFar) => Promise<readonly Candidate[]>;

/** What a shell is told: words, or to complete the names of files by itself. */
export type Completion =
  | { readonly with: "words"; readonly candidates: readonly Candidate[] }
  | { readonly with: "files" };

/** What may be typed, before it is known in which language its meaning is shown. */
interface Suggestion {
  readonly value: string;
  readonly about: Text;
}

const NOTHING = text("", "");

const HELP: readonly Suggestion[] = [
  { value: "--help", about: text("show help", "ヘルプを表示する") },
  { value: "--help-all", about: text("show help with every option", "全オプションのヘルプを表示する") },
];

const VERSION: Suggestion = { value: "--version", about: text("show the program's version", "バージョンを表示する") };

/** What is answered without a command of its own. */
const WORDS: readonly Suggestion[] = [
  { value: "help", about: text("show the help of a command", "コマンドのヘルプを表示する") },
  { value: "version", about: VERSION.about },
];

const below = (noun: NounNode): readonly Suggestion[] =>
  wordsBelow(noun).map(({ name, summary }) => ({ value: name, about: summary }));

const isRepeatable = (field: Field): boolean => field.kind !== "boolean" && field.repeatable === true;

const isRequired = (field: Field): boolean => field.kind !== "boolean" && field.required === true;

/** The flags that may still be typed. */
const flagsOf = (options: Fields, typed: ReadonlySet<string>): readonly Suggestion[] =>
  Object.entries(options).flatMap(([key, field]) => {
    const flag = `--${flagName(key)}`;
    const isDone = typed.has(flag) || (field.short !== undefined && typed.has(`-${field.short}`));
    return isDone && !isRepeatable(field) ? [] : [{ value: flag, about: field.about }];
  });

const plain = (values: readonly string[]): readonly Suggestion[] => values.map((value) => ({ value, about: NOTHING }));

/** What a value may be; undefined where the shell completes the names of files. */
async function valuesOf(
  field: Field,
  typed: string,
  line: LineSoFar,
  readNames: NameReader,
): Promise<readonly Suggestion[] | undefined> {
  switch (field.kind) {
    case "boolean":
    case "number":
    case "date":
    case "duration":
      return [];
    case "choice":
      return plain(field.choices);
    case "timezone":
      return plain(Intl.supportedValuesOf("timeZone"));
    case "file":
    case "output":
      return undefined;
    case "string":
    case "list": {
      const { names, choices = [] } = field;
      if (names === undefined) return plain(choices);
      if (names === "files") return undefined;
      const found = await readNames(names, typed, line);
      // a name that looks like an option would be taken for one
      return found.flatMap(({ value, about }) => (value.startsWith("-") ? [] : [{ value, about: same(about) }]));
    }
  }
}

/** Where no argument is left: the options that are missing, or else all of the verb's own. */
function optionsInstead({ options }: Command, typed: ReadonlySet<string>): readonly Suggestion[] {
  const left = flagsOf(options, typed);
  const required = left.filter(({ value }) =>
    Object.entries(options).some(([key, field]) => isRequired(field) && `--${flagName(key)}` === value),
  );
  return required.length > 0 ? required : left;
}

async function possibleAt(
  line: LineSoFar,
  current: string,
  readNames: NameReader,
): Promise<readonly Suggestion[] | undefined> {
  const { noun, verb, words, flags } = line;
  const isRoot = noun.name === "clomoctl" && verb === undefined;
  if (line.stray !== undefined || line.version) return [];
  // `help users import`: words, and no command to run
  if (line.help && ![...flags].some((flag) => flag === "-h" || flag.startsWith("--help"))) {
    return verb === undefined ? below(noun) : [];
  }
  const command = (await verb?.load())?.default;
  // a verb whose result is a file has an --output of its own
  const options: Fields = { ...GLOBAL_OPTIONS, ...command?.options };
  const place = placeOf(words, current, command?.args ?? {}, options);
  switch (place.at) {
    case "flag":
      return [...flagsOf(options, flags), ...HELP, ...(isRoot ? [VERSION] : [])];
    case "value": {
      const { field, behind } = place;
      const values = await valuesOf(field, current.slice(behind.length), line, readNames);
      return values?.map(({ value, about }) => ({ value: behind + value, about }));
    }
    case "word": {
      if (command === undefined) {
        const possible = [...below(noun), ...(isRoot && words.length === 0 ? WORDS : [])];
        const [field] = Object.values((await line.namesake?.load())?.default.args ?? {});
        const isBelow = field === undefined || possible.some(({ value }) => value.startsWith(current));
        return isBelow ? possible : valuesOf(field, current, line, readNames);
      }
      if (place.field === undefined) return optionsInstead(command, flags);
      return valuesOf(place.field, current, line, readNames);
    }
  }
}

/** Characters that a shell's line cannot show, or that disguise what it shows. */
const UNTYPABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * What the word at the end of a line may become.
 *
 * @param current what was typed of it, unquoted; may be empty
 * @param language of the explanations
 * @param readNames asked only where the word is a name
 * @returns only what begins with `current`, in order; never what a line cannot hold, such as a line feed in a name
 */
export async function complete(
  line: LineSoFar,
  current: string,
  language: Language,
  readNames: NameReader,
): Promise<Completion> {
  const possible = await possibleAt(line, current, readNames);
  if (possible === undefined) return { with: "files" };
  const fitting = possible.filter(({ value }) => value.startsWith(current) && !UNTYPABLE.test(value));
  const candidates = fitting.map(({ value, about: { [language]: about } }) => ({ value, about }));
  return { with: "words", candidates };
}
