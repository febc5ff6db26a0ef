import { Argument, Command as Parser, CommanderError, Option } from "commander";
import {
  formatOptionTerm,
  formatPlaceholder,
  isOption,
  toFlagName,
  type CommandSyntax,
  type Field,
  type Fields,
  type ValueField,
} from "../commands/kit/field.ts";
import { GLOBAL_OPTIONS, HELP_OPTIONS, VERSION_OPTION, type Globals } from "../commands/kit/globals.ts";
import { isContextPattern } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { parseDurationDays, findTimeZone, parseTypedDate } from "../lib/model/time.ts";
import { same, text, type Text } from "../lib/text/index.ts";
import { formatTypedCommand, type Route, type TypedOptions } from "./command-line.ts";

export interface ParsedLine {
  readonly globals: Globals;
  readonly input: Readonly<Record<string, unknown>>;
}

const usageError = (what: Text, hint?: Text): Failure => new Failure("usage", { what, hint });

function convertWord(raw: string, field: ValueField): unknown {
  switch (field.kind) {
    case "number": {
      const value = /^-?\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
      return value >= (field.min ?? 0) && value <= (field.max ?? Number.MAX_SAFE_INTEGER) ? value : undefined;
    }
    case "choice":
      return field.choices.find((choice) => choice.toLowerCase() === raw.toLowerCase());
    case "timezone":
      return findTimeZone(raw);
    case "duration":
      return parseDurationDays(raw);
    case "date":
      return parseTypedDate(raw);
    case "list": {
      const words = raw.split(",").map((word) => word.trim());
      const { choices = words } = field;
      return words.every((word) => choices.includes(word)) ? words : undefined;
    }
    case "file":
    case "output":
    case "string":
      return raw;
  }
}

function describeExpected(field: ValueField): Text {
  if (field.kind === "number") {
    const { min = 0, max } = field;
    return max === undefined
      ? text(`a whole number of at least ${min}`, ` ${min} 以上の整数`)
      : text(`a whole number from ${min} to ${max}`, ` ${min} から ${max} までの整数`);
  }
  if (field.kind === "duration")
    return text("a number of days or weeks, such as 90d or 12w", "日数か週数(例: 90d、12w)");
  if (field.kind === "date")
    return text("a date such as 2027-03-01 or 2027-03-01T09:00+09:00", "日付(例: 2027-03-01、2027-03-01T09:00+09:00)");
  if (field.kind === "timezone") return text("a time zone such as Asia/Tokyo", "タイムゾーン(例: Asia/Tokyo)");
  const { choices = [] } = field as Partial<ValueField & { kind: "choice" }>;
  const words = choices.filter((choice) => !choice.includes(":")).join(", ");
  return text(`one of ${words}`, ` ${words} のいずれか`);
}

const formatFlags = (key: string, field: Field): string =>
  formatOptionTerm(key, field).slice(0, -formatPlaceholder(key, field).length).trim();

/** Rejects a blank value, because it usually comes from a script variable that is not set. */
function parseValue(raw: string, name: string, field: ValueField): unknown {
  if (raw.trim() === "") {
    if (field.blank === true) return null;
    throw usageError(text(`${name} must not be blank`, `${name} が空です`));
  }
  const value = convertWord(raw, field);
  if (value !== undefined) return value;
  const { en, ja } = describeExpected(field);
  throw usageError(
    text(`${name} must be ${en}, not ${raw}`, `${name} には${ja}を指定してください(指定した値: ${raw})`),
  );
}

function createOption(key: string, field: Field): Option {
  if (field.kind === "boolean") return new Option(formatOptionTerm(key, field));
  return new Option(`${formatFlags(key, field)} <value>`).makeOptionMandatory(field.required === true);
}

function createArgument(key: string, field: Field): Argument {
  const { required, repeatable } = field as Partial<ValueField>;
  const name = formatPlaceholder(key, field) + (repeatable === true ? "..." : "");
  return new Argument(required === true ? `<${name}>` : `[${name}]`);
}

function readField(name: string, field: Field, words: readonly string[] = []): unknown {
  if (field.kind === "boolean") return words.length > 0;
  const values = words.map((word) => parseValue(word, name, field));
  if (field.repeatable === true) return values;
  if (field.single === true && new Set(values).size > 1)
    throw usageError(
      text(`${name} is specified twice with different values`, `${name} に異なる値が 2 回指定されています`),
    );
  if (values.length > 0) return values.at(-1);
  return field.kind === "list" && field.default !== undefined ? field.default.split(",") : field.default;
}

const describeMissingValue = (flag: string): Text => text(`${flag} requires a value`, `${flag} には値が必要です`);

const COMMANDER_ERRORS: Readonly<Record<string, (word: string) => Text>> = {
  "commander.optionMissingArgument": describeMissingValue,
  "commander.missingMandatoryOptionValue": (flag) =>
    text(`the option ${flag} is missing`, `オプション ${flag} を指定してください`),
  "commander.missingArgument": (name) => text(`the argument ${name} is missing`, `引数 ${name} がありません`),
  "commander.excessArguments": () => text("too many arguments", "引数が多すぎます"),
  "commander.unknownOption": (flag) => text(`unknown option ${flag}`, `オプション ${flag} は不明です`),
};

/** Matches the first argument or option that a message of commander quotes, without its short form and its value. */
const QUOTED_WORD = /'(?:-\w, )?([^'= ]+)/;

const buildExampleHint = ({ examples: [first] }: CommandSyntax, typed: string): Text | undefined =>
  first &&
  text(`example: ${first.line}; for more, see ${typed} --help`, `例: ${first.line}。ほかの使い方: ${typed} --help`);

const suggestWord = (near: string): Text => text(`did you mean ${near}?`, `「${near}」ではありませんか?`);

const suggestHelp = (typed: string): Text => text(`see ${typed} --help`, `${typed} --help を参照してください`);

const findSuggestion = (message = ""): string | undefined => /Did you mean (?:one of )?([^,?]+)/.exec(message)?.[1];

/** The message omits the values of options that accept secrets. */
function translateError(
  { code, message }: CommanderError,
  command: CommandSyntax,
  parser: Parser,
  path: readonly string[],
): Failure {
  const describe = COMMANDER_ERRORS[code] ?? (() => same(message));
  const word = QUOTED_WORD.exec(message)?.[1] ?? "";
  const [key, field] = Object.entries(command.options).find(([key]) => `--${toFlagName(key)}` === word) ?? [];
  const term = key === undefined || field === undefined ? word : formatOptionTerm(key, field);
  if (code.includes(".missing")) return usageError(describe(term), buildExampleHint(command, formatTypedCommand(path)));
  const secret = parser.options.find(({ long }) => long?.endsWith("-stdin"))?.long?.slice(0, -"-stdin".length);
  const extra = parser.args[Object.keys(command.args).length];
  if (code === "commander.excessArguments" && secret === undefined && extra !== undefined)
    return usageError(text(`unexpected argument ${extra}`, `余分な引数 ${extra} があります`));
  if (code !== "commander.unknownOption") return usageError(describe(word));
  if (parser.options.some(({ long }) => long === word))
    return usageError(text(`${word} does not take a value`, `${word} には値を指定できません`));
  const isSecret = secret !== undefined && word.startsWith(secret);
  const near = isSecret ? `${secret}-file` : findSuggestion(message);
  return usageError(describe(isSecret ? secret : word), near === undefined ? undefined : suggestWord(near));
}

const createOptions = (fields: Fields): ReadonlyMap<string, Option> =>
  new Map(Object.entries(fields).map(([key, field]) => [key, createOption(key, field)]));

const createParser = (options: ReadonlyMap<string, Option>): Parser => {
  const parser = new Parser()
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => undefined });
  for (const option of options.values()) parser.addOption(option);
  return parser;
};

function findParserError(parser: Parser, words: readonly string[]): CommanderError | undefined {
  try {
    parser.parse(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  }
  return undefined;
}

/** What was typed, also if it has a mistake: the options say in which language and format the mistake is printed. */
export interface TypedWords<C extends CommandSyntax = CommandSyntax> {
  readonly path: readonly string[];
  readonly command: C;
  readonly options: TypedOptions;
  readonly args: readonly string[];
  readonly failure: Failure | undefined;
}

/** Rejects abbreviated options. */
export function readWords<C extends CommandSyntax>(
  path: readonly string[],
  command: C,
  words: readonly string[],
): TypedWords<C> {
  const options = createOptions({ ...GLOBAL_OPTIONS, ...HELP_OPTIONS, ...command.options });
  const parser = createParser(options);
  const typed = new Map<string, string[]>();
  for (const [key, option] of options)
    parser.on(`option:${option.name()}`, (word: string | null) =>
      typed.set(key, [...(typed.get(key) ?? []), word ?? ""]),
    );
  for (const [key, field] of Object.entries(command.args)) parser.addArgument(createArgument(key, field));
  const error = findParserError(parser, words);
  const failure = error && translateError(error, command, parser, path);
  // of a switch and its opposite, the last one counts
  for (const [key, option] of options)
    if (parser.getOptionValue(option.attributeName()) === option.negate) typed.delete(key);
  return { path, command, options: Object.fromEntries(typed), args: parser.args, failure };
}

/** Describes an unknown noun, verb or option before the verb. */
export function createStrayFailure({ word, path, noun }: NonNullable<Route["stray"]>): Failure {
  const parser = createParser(createOptions({ ...GLOBAL_OPTIONS, ...HELP_OPTIONS, ...VERSION_OPTION }));
  for (const { name, aliases } of noun.nouns) parser.command(name).aliases(aliases);
  for (const { name } of noun.verbs) parser.command(name);
  const isOfUsers = noun.nouns.some(({ name, verbs }) => name === "users" && verbs.some((verb) => verb.name === word));
  const isOfVersion = /^-?v(?:ersion)?$/iu.test(word);
  const likely = isOfUsers ? `users ${word}` : isOfVersion ? "--version" : undefined;
  const near = likely ?? findSuggestion(findParserError(parser, [word])?.message);
  const typed = formatTypedCommand(path);
  return new Failure("usage", {
    what: isOption(word)
      ? text(`unknown option ${word} before the subcommand`, `サブコマンドの前のオプション ${word} は不明です`)
      : text(`unknown command ${word}`, `コマンド ${word} は不明です`),
    where: `${typed} ${word}`,
    hint: near === undefined ? suggestHelp(typed) : suggestWord(`${typed} ${near}`),
  });
}

/** @throws `usage` */
export function parseTypedWords({ path, command, ...typed }: TypedWords): ParsedLine {
  try {
    return convertWords(command, typed);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const where = formatTypedCommand(path);
    const { what, hint = suggestHelp(where) } = error;
    throw new Failure("usage", { what, where, hint });
  }
}

export const parseCommandLine = (...line: Parameters<typeof readWords>): ParsedLine =>
  parseTypedWords(readWords(...line));

function convertWords(command: CommandSyntax, typed: Pick<TypedWords, "options" | "args" | "failure">): ParsedLine {
  const fields = Object.entries<Field>({ ...GLOBAL_OPTIONS, ...command.options });
  const flags = new Set(fields.map(([key]) => `--${toFlagName(key)}`));
  for (const [key, field] of fields)
    // after a script's variable without a value, commander takes the next option as the value
    if (field.kind !== "boolean" && typed.options[key]?.some((word) => flags.has(word)) === true)
      throw usageError(describeMissingValue(`--${toFlagName(key)}`));
  const options: Readonly<Record<string, unknown>> = Object.fromEntries(
    fields.map(([key, field]) => [key, readField(formatFlags(key, field), field, typed.options[key])]),
  );
  // a wrong value is named before what is missing or unknown
  if (typed.failure !== undefined) throw typed.failure;
  const args = Object.entries(command.args).map(([key, field], at) => {
    const isRepeatable = field.kind !== "boolean" && field.repeatable === true;
    const words = typed.args.slice(at, isRepeatable ? undefined : at + 1);
    return [key, readField(formatPlaceholder(key, field), field, words)] as const;
  });
  rejectUselessGlobals(command, options);
  const values = { ...options, ...Object.fromEntries(args) };
  checkRelations(command, values);
  rejectSharedInput(command, values);
  const globals = Object.keys(GLOBAL_OPTIONS).filter((key) => !(key in command.options));
  const own = Object.keys(command.options).map((key) => [key, options[key]] as const);
  return {
    globals: Object.fromEntries(globals.map((key) => [key, options[key]])) as unknown as Globals,
    input: Object.fromEntries([...args, ...own]),
  };
}

const formatName = (key: string, { [key]: argument }: Fields): string =>
  argument === undefined ? `--${toFlagName(key)}` : formatPlaceholder(key, argument);

function rejectSharedInput({ args, options }: CommandSyntax, values: Readonly<Record<string, unknown>>): void {
  const readers = Object.entries<Field>({ ...GLOBAL_OPTIONS, ...options, ...args }).flatMap(([key, field]) => {
    const isSwitch = field.kind === "boolean" && key.endsWith("Stdin") && values[key] === true;
    const files = field.kind === "file" ? [values[key]].flat().filter((name) => name === "-") : [];
    return (isSwitch ? [key] : files).map(() => formatName(key, args));
  });
  if (readers.length < 2) return;
  const names = [...new Set(readers)].join(", ");
  throw usageError(text(`only one of these can read stdin: ${names}`, `標準入力から読めるのは 1 つだけです: ${names}`));
}

function rejectUselessGlobals(
  { opensTenant, readsTenants, options }: CommandSyntax,
  { format, as, context, tokenFile }: Readonly<Record<string, unknown>>,
): void {
  const { output } = options;
  if (format === "xlsx" && output?.kind === "output")
    throw usageError(
      text(
        "--format xlsx cannot be used with this command, because the command uses -o FILE for another output",
        "このコマンドの -o FILE は別の出力の指定のため、--format xlsx は使えません",
      ),
      typeof output.workbook === "object" ? output.workbook : undefined,
    );
  const opensNone = opensTenant === false && readsTenants !== true;
  if (opensNone && as !== undefined && !("as" in options))
    throw usageError(
      text("--as is only for commands on a tenant: remove --as", "--as はテナント専用です。外してください"),
    );
  if (typeof context !== "string" || !isContextPattern(context)) return;
  if (opensTenant !== false && !("allContexts" in options))
    throw usageError(
      text(
        "this command works on one tenant: name one context",
        "1 つのテナント専用です。コンテキストを 1 つ指定してください",
      ),
      same(`--context ${context}`),
    );
  if (tokenFile !== undefined)
    throw usageError(
      text(
        "--token-file is for one tenant: name one context, or store each token with context set NAME --token-file FILE",
        "--token-file は 1 つのテナント専用です。コンテキストを 1 つ指定するか、context set 名前 --token-file FILE でそれぞれ保存してください",
      ),
    );
}

function checkRelations(
  { options, args, excludes = [], anyOf = [], oneOf = [] }: CommandSyntax,
  values: Readonly<Record<string, unknown>>,
): void {
  const isGiven = (key: string): boolean => {
    const [value, field] = [values[key], options[key] ?? args[key]];
    const usual = field !== undefined && "default" in field ? field.default : undefined;
    return value !== undefined && value !== false && value !== usual && !(Array.isArray(value) && value.length === 0);
  };
  const nameOf = (key: string): string => formatName(key, args);
  for (const set of [...excludes, ...oneOf, ["context", "allContexts"]]) {
    const [one, other] = set.filter(isGiven).map(nameOf);
    if (one === undefined || other === undefined) continue;
    throw usageError(
      text(`${one} and ${other} cannot be used together`, `${one} と ${other} は同時に指定できません`),
      text("remove one of them", "どちらかを外してください"),
    );
  }
  for (const [key, { requires }] of Object.entries(options)) {
    if (requires === undefined || !isGiven(key) || isGiven(requires)) continue;
    const [flag, missing] = [key, requires].map(nameOf);
    throw usageError(text(`${flag} requires ${missing}`, `${flag} には ${missing} も必要です`));
  }
  for (const set of [...anyOf, ...oneOf]) {
    if (set.some(isGiven)) continue;
    const names = set.map(nameOf);
    const en = new Intl.ListFormat("en", { type: "disjunction" }).format(names);
    throw usageError(
      names.length > MAX_NAMED_OPTIONS
        ? text("specify at least one option", "オプションを 1 つ以上指定してください")
        : text(`specify ${en}`, `${names.join("、")} のどれかを指定してください`),
    );
  }
}

const MAX_NAMED_OPTIONS = 6;
