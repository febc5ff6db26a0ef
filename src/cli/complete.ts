import { escapeForPeople } from "../lib/text/shell-word.ts";
import { text, type Language, type Text } from "../lib/text/index.ts";
import { toFlagName, type CommandSyntax, type Field, type Fields } from "../commands/kit/field.ts";
import type { Route, TypedOptions } from "./command-line.ts";
import type { TypedWords } from "./parse.ts";
import { GLOBAL_OPTIONS, HELP_OPTIONS, VERSION_OPTION } from "../commands/kit/globals.ts";

interface PartialLine extends Route, Pick<TypedWords, "args"> {
  readonly command?: CommandSyntax | undefined;
}

type ContextReader = () => Promise<readonly string[]>;

type Suggestion = readonly [value: string, about: Text];

const EMPTY_TEXT = text("", "");

const isRepeatable = (field: Field): boolean => field.kind !== "boolean" && field.repeatable === true;

const suggestFlags = (options: Fields, typed: TypedOptions): readonly Suggestion[] =>
  Object.entries(options)
    .filter(([key, field]) => isRepeatable(field) || typed[key] === undefined)
    .map(([key, { about }]) => [`--${toFlagName(key)}`, about]);

/** Returns undefined if the shell should complete file names instead. */
async function listValues(field: Field, readContexts: ContextReader): Promise<readonly string[] | undefined> {
  if (field.kind === "timezone") return Intl.supportedValuesOf("timeZone");
  const { kind, names, choices = [] } = { names: undefined, choices: undefined, ...field };
  if (kind === "file" || kind === "output" || names === "files") return undefined;
  return names === "contexts" ? readContexts() : choices;
}

async function suggestValues(
  field: Field | undefined,
  readContexts: ContextReader,
  before = "",
): Promise<readonly Suggestion[] | undefined> {
  const values = field === undefined ? [] : await listValues(field, readContexts);
  return values?.map((value) => [before + value, EMPTY_TEXT]);
}

async function suggestWords(
  line: PartialLine,
  current: string,
  readContexts: ContextReader,
): Promise<readonly Suggestion[] | undefined> {
  const { noun, command, words } = line;
  const { nouns, verbs } = noun;
  const isRoot = noun.name === "clomoctl" && command === undefined;
  if (line.stray !== undefined) return [];
  const options: Fields = { ...GLOBAL_OPTIONS, ...command?.options };
  const optionOf = (flag: string): Field | undefined =>
    Object.entries(options).find(([key, { short }]) => flag === `--${toFlagName(key)}` || flag === `-${short}`)?.[1];
  const takesValue = (word: string | undefined): boolean => (optionOf(word ?? "")?.kind ?? "boolean") !== "boolean";
  const last = words.at(-1) ?? "";
  if (takesValue(last)) return suggestValues(optionOf(last), readContexts);
  const [flag = "", ...rest] = current.split("=");
  if (current.startsWith("-") && rest.length > 0) return suggestValues(optionOf(flag), readContexts, `${flag}=`);
  if (current.startsWith("-"))
    return suggestFlags({ ...options, ...HELP_OPTIONS, ...(isRoot && VERSION_OPTION) }, line.options);
  if (command !== undefined) {
    const args = Object.values(command.args);
    const open = args.at(-1);
    const field = args[line.args.length] ?? (open !== undefined && isRepeatable(open) ? open : undefined);
    return field === undefined ? suggestFlags(command.options, line.options) : suggestValues(field, readContexts);
  }
  return [...nouns, ...verbs].map(({ name, summary }) => [name, summary]);
}

/**
 * @param line the words before the cursor @param current the incomplete word at the cursor
 * @returns `files` or `words`, then one line for each word: the word, a tab and a description
 */
export async function answerShell(
  line: PartialLine,
  current: string,
  { language, readContexts }: { readonly language: Language; readonly readContexts: ContextReader },
): Promise<string> {
  const found = await suggestWords(line, current, readContexts);
  const fitting = found?.filter(([value]) => value.startsWith(current));
  const lines = fitting?.map(([value, { [language]: about }]) =>
    about === "" ? value : `${value}\t${escapeForPeople(about)}`,
  );
  return [lines === undefined ? "files" : "words", ...(lines ?? [])].map((one) => `${one}\n`).join("");
}
