import { TENANTLESS_COMMANDS } from "../advice/tenantless.ts";
import { quoteCommandWord, quoteWindowsWord } from "../text/shell-word.ts";
import type { EnvironmentVariables } from "./output-choice.ts";
import { plainTextWidth, splitIntoLinePieces, wrapPieces } from "./word-width.ts";

export interface CommandCompletion {
  readonly context?: string | undefined;
  readonly acting?: readonly string[] | undefined;
}

/** Characters that mark a command while its line is folded. Escaped text does not contain these characters. */
const [BEGIN, END] = ["\u0002", "\u0003"];

/** Matches a command in backticks that begins with `clomoctl`. A quoted word of the command may contain a backtick. */
const COMMAND_PATTERN = /`(clomoctl (?:'[^']*'|\\.|[^'`\\])*)`/gs;

const unquoteWord = (word: string): string =>
  word.replaceAll(/\$'([^']*)'|'([^']*)'|\\(.)/gs, (_, escaped?: string, quoted?: string, character = "") =>
    escaped === undefined
      ? (quoted ?? String(character))
      : (JSON.parse(`"${escaped.replaceAll('"', String.raw`\"`)}"`) as string),
  );

/** Returns commands as lists of words, and all other text unchanged. */
export const splitCommands = (sentence: string): readonly (string | readonly string[])[] =>
  sentence
    .split(COMMAND_PATTERN)
    .map((part, at) => (at % 2 === 0 ? part : (part.match(/(?:'[^']*'|\\.|[^ '\\])+/gs) ?? []).map(unquoteWord)));

export const listActorOptions = (asked: {
  readonly as?: string | undefined;
  readonly tokenFile?: string | undefined;
}): readonly string[] | undefined => {
  if (asked.as !== undefined) return ["--as", asked.as];
  return asked.tokenFile === undefined ? undefined : ["--token-file", asked.tokenFile];
};

const COMMANDS_WITH_CREDENTIALS: ReadonlySet<string> = new Set(["login", "logout", "access-tokens create"]);

function completeWords(words: readonly string[], { context, acting }: CommandCompletion): readonly string[] {
  const isOneOf = (commands: ReadonlySet<string>): boolean =>
    words.some((_, at) => commands.has(words.slice(1, at + 1).join(" ")));
  const lacks = (...flags: readonly string[]): boolean =>
    !words.some((word) => flags.some((flag) => word === flag || word.startsWith(`${flag}=`)));
  const isAtServer = words[1] === "login" && /^https?:/.test(words[2] ?? "");
  if (isAtServer || isOneOf(TENANTLESS_COMMANDS)) return words;
  const isActing = lacks("--as", "--token-file") && !isOneOf(COMMANDS_WITH_CREDENTIALS);
  const added = [
    ...(isActing ? (acting ?? []) : []),
    ...(context !== undefined && lacks("--context", "--all-contexts") ? ["--context", context] : []),
  ];
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  return [...words.slice(0, end), ...added, ...words.slice(end)];
}

export const joinWords = (words: readonly string[]): string => words.map((word) => quoteCommandWord(word)).join(" ");

const replaceCommands = (
  sentence: string,
  completion: CommandCompletion,
  render: (words: readonly string[]) => string,
): string =>
  splitCommands(sentence)
    .map((part) => (typeof part === "string" ? part : render(completeWords(part, completion))))
    .join("");

const mapTexts = <V>(value: V, change: (sentence: string) => string): V => {
  if (typeof value === "string") return change(value) as V;
  if (Array.isArray(value)) return value.map((part: unknown) => mapTexts(part, change)) as V;
  // Only plain objects are changed, not instances of classes.
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapTexts(part, change)])) as V;
};

export const completeCommands = <V>(value: V, completion: CommandCompletion): V =>
  mapTexts(value, (sentence) => replaceCommands(sentence, completion, (words) => `\`${joinWords(words)}\``));

/** Completes commands like {@link completeCommands}, but removes the backticks for programs. */
export const toPlainCommands = <V>(value: V, completion: CommandCompletion): V =>
  mapTexts(value, (sentence) => replaceCommands(sentence, completion, joinWords));

/** Marks commands for {@link foldLine} and {@link paintCommands}. The sentence must be escaped. */
export const markCommands = (sentence: string, completion: CommandCompletion, platform?: string): string => {
  const quote = platform === "win32" ? quoteWindowsWord : quoteCommandWord;
  return splitCommands(sentence)
    .map((part, at) => {
      if (typeof part !== "string") return BEGIN + completeWords(part, completion).map(quote).join(" ") + END;
      return at > 0 && /^[、。,.;]/.test(part) ? ` ${part}` : part;
    })
    .join("");
};

export const paintCommands = (line: string, isColoured: boolean): string =>
  line.replaceAll(BEGIN, isColoured ? "\u001B[36m" : "").replaceAll(END, isColoured ? "\u001B[39m" : "");

/** @see https://no-color.org/ https://force-color.org/ */
export const shouldUseColour = (
  isTerminal: boolean,
  flag: boolean | undefined,
  environment: EnvironmentVariables,
): boolean => {
  if (flag === false || (environment["NO_COLOR"] ?? "") !== "") return false;
  const { FORCE_COLOR: forced = "" } = environment;
  return (isTerminal && environment["TERM"] !== "dumb") || !["", "0"].includes(forced);
};

export const hasCommand = (marked: string): boolean => marked.includes(BEGIN);

const MIN_FOLD_COLUMNS = 40;

/** Folds a line at spaces and between kana or kanji. Commands are not broken, so that they can be copied. */
export function foldLine(line: string, columns: number): readonly string[] {
  if (columns < MIN_FOLD_COLUMNS || plainTextWidth(line) <= columns) return [line];
  const [, blanks = "", number] = /^( *)(\d+\. )?/.exec(line) ?? [];
  return wrapPieces(splitIntoLinePieces(line), columns, { indent: blanks + " ".repeat(number?.length ?? 2) });
}
