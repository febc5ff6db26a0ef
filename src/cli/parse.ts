import { Argument, Command as Parser, CommanderError, Option } from "commander";
import {
  toFlagName,
  formatOptionTerm,
  formatPlaceholder,
  type CommandSyntax,
  type Field,
  type Fields,
  type ValueField,
} from "../commands/kit/field.ts";
import { Failure } from "../lib/errors/index.ts";
import { parseDurationDays, findTimeZone, parseTypedDate } from "../lib/model/time.ts";
import { same, text, type Text } from "../lib/text/index.ts";
import { GLOBAL_OPTIONS, type Globals } from "../commands/kit/globals.ts";
import { formatTypedCommand, suggestHelp, suggestWord } from "./command-line.ts";

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

/** Wraps a value in an object, because commander treats null as a missing value. */
interface BoxedValue {
  readonly value: unknown;
}

function createOption(key: string, field: Field): Option {
  const term = formatOptionTerm(key, field);
  if (field.kind === "boolean") return new Option(term);
  const flags = term.slice(0, term.length - formatPlaceholder(key, field).length);
  const name = flags.trim();
  const option = new Option(`${flags}<value>`).makeOptionMandatory(field.required === true);
  return option.argParser<BoxedValue | undefined>((raw, before) => {
    const value = parseValue(raw, name, field);
    if (field.single === true && before !== undefined && before.value !== value)
      throw usageError(
        text(`${name} is specified twice with different values`, `${name} に異なる値が 2 回指定されています`),
      );
    const earlier: readonly unknown[] = Array.isArray(before?.value) ? before.value : [];
    return { value: field.repeatable === true ? [...earlier, value] : value };
  });
}

function createArgument(key: string, field: Field): Argument {
  const { required, repeatable } = field as Partial<ValueField>;
  const name = formatPlaceholder(key, field) + (repeatable === true ? "..." : "");
  return new Argument(required === true ? `<${name}>` : `[${name}]`);
}

function getValueOrDefault(option: Option, field: Field, given: unknown): unknown {
  if (field.kind === "boolean") return option.negate ? given === false : given === true;
  if (given !== undefined) return (given as BoxedValue).value;
  if (field.repeatable === true) return [];
  return field.kind === "list" && field.default !== undefined ? field.default.split(",") : field.default;
}

const readArgument = ([key, field]: readonly [string, Field], words: readonly string[]): readonly [string, unknown] => {
  if (field.kind === "boolean") return [key, false];
  const values = words.map((word) => parseValue(word, formatPlaceholder(key, field), field));
  return [key, field.repeatable === true ? values : (values[0] ?? field.default)];
};

const COMMANDER_ERRORS: Readonly<Record<string, readonly [pattern: RegExp, describe: (word: string) => Text]>> = {
  "commander.optionMissingArgument": [
    /(--[\w-]+)/,
    (flag) => text(`${flag} requires a value`, `${flag} には値が必要です`),
  ],
  "commander.missingMandatoryOptionValue": [
    /(--[\w-]+)/,
    (flag) => text(`the option ${flag} is missing`, `オプション ${flag} を指定してください`),
  ],
  "commander.missingArgument": [
    /'(.+)'/,
    (name) => text(`the argument ${name} is missing`, `引数 ${name} がありません`),
  ],
  "commander.excessArguments": [/(too many)/, () => text("too many arguments", "引数が多すぎます")],
  "commander.unknownOption": [/'([^'=]+)/, (flag) => text(`unknown option ${flag}`, `オプション ${flag} は不明です`)],
};

const buildExampleHint = ({ examples: [first] }: CommandSyntax, typed: string): Text | undefined =>
  first &&
  text(`example: ${first.line}; for more, see ${typed} --help`, `例: ${first.line}。ほかの使い方: ${typed} --help`);

/** The message omits the values of options that accept secrets. */
function translateError(
  { code, message }: CommanderError,
  command: CommandSyntax,
  parser: Parser,
  typed: string,
): Failure {
  const [pattern, describe] = COMMANDER_ERRORS[code] ?? [/(.*)/, same];
  const word = pattern.exec(message)?.[1] ?? "";
  const [key, field] = Object.entries(command.options).find(([key]) => `--${toFlagName(key)}` === word) ?? [];
  const term = key === undefined || field === undefined ? word : formatOptionTerm(key, field);
  if (code.includes(".missing")) return usageError(describe(term), buildExampleHint(command, typed));
  const secret = parser.options.find(({ long }) => long?.endsWith("-stdin"))?.long?.slice(0, -"-stdin".length);
  const extra = parser.args[Object.keys(command.args).length];
  if (code === "commander.excessArguments" && secret === undefined && extra !== undefined)
    return usageError(text(`unexpected argument ${extra}`, `余分な引数 ${extra} があります`));
  if (code !== "commander.unknownOption") return usageError(describe(word));
  if (parser.options.some(({ long }) => long === word))
    return usageError(text(`${word} does not take a value`, `${word} には値を指定できません`));
  const isSecret = secret !== undefined && word.startsWith(secret);
  const near = isSecret ? `${secret}-file` : /Did you mean (?:one of )?([^,?]+)/.exec(message)?.[1];
  return usageError(describe(isSecret ? secret : word), near === undefined ? undefined : suggestWord(near));
}

/** Rejects abbreviated options. @throws `usage` */
export function parseCommandLine(
  path: readonly string[],
  command: CommandSyntax,
  words: readonly string[],
): ParsedLine {
  const where = formatTypedCommand(path);
  try {
    return parseWords(command, words, where);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { what, hint = suggestHelp(where) } = error;
    throw new Failure("usage", { what, where, hint });
  }
}

function parseWords(command: CommandSyntax, words: readonly string[], typed: string): ParsedLine {
  const parser = new Parser()
    .helpOption(false)
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => undefined });
  const general = Object.entries(GLOBAL_OPTIONS).filter(([key]) => !(key in command.options));
  const fields = [...general, ...Object.entries(command.options)];
  const options = fields.map(([key, field]) => ({ key, field, option: createOption(key, field) }));
  for (const { option } of options) parser.addOption(option);
  const args = Object.entries(command.args);
  for (const [key, field] of args) parser.addArgument(createArgument(key, field));
  try {
    parser.parse(words, { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? translateError(error, command, parser, typed) : error;
  }
  const values = new Map(
    options.map(({ key, field, option }) => [
      key,
      getValueOrDefault(option, field, parser.getOptionValue(option.attributeName())),
    ]),
  );
  const given = args.map((arg, at) => {
    const isRepeatable = arg[1].kind !== "boolean" && arg[1].repeatable === true;
    return readArgument(arg, parser.args.slice(at, isRepeatable ? undefined : at + 1));
  });
  rejectUselessGlobals(command, values);
  const pick = (keys: Iterable<string>): [string, unknown][] => [...keys].map((key) => [key, values.get(key)]);
  // a record format such as `--format json` also sets the global options `format` and `output`
  const records = "format" in command.options && isRecordFormat(values.get("format")) ? pick(["format", "output"]) : [];
  const input = Object.fromEntries([...given, ...pick(Object.keys(command.options))]);
  const all = { ...Object.fromEntries(values), ...input };
  checkRelations(command, all);
  rejectSharedInput(command, all);
  return {
    globals: Object.fromEntries([...pick(general.map(([key]) => key)), ...records]) as unknown as Globals,
    input,
  };
}

function rejectSharedInput({ args, ...command }: CommandSyntax, values: Readonly<Record<string, unknown>>): void {
  const options: Fields = { ...GLOBAL_OPTIONS, ...command.options };
  const readers = Object.entries({ ...options, ...args }).flatMap(([key, field]) => {
    const isSwitch = field.kind === "boolean" && key.endsWith("Stdin") && values[key] === true;
    const files = field.kind === "file" ? [values[key]].flat().filter((name) => name === "-") : [];
    const name = key in options ? `--${toFlagName(key)}` : formatPlaceholder(key, field);
    return (isSwitch ? [key] : files).map(() => name);
  });
  if (readers.length < 2) return;
  const names = [...new Set(readers)].join(", ");
  throw usageError(text(`only one of these can read stdin: ${names}`, `標準入力から読めるのは 1 つだけです: ${names}`));
}

function rejectUselessGlobals(
  { opensTenant, readsTenants, options }: CommandSyntax,
  values: ReadonlyMap<string, unknown>,
): void {
  const { output } = options;
  if (values.get("format") === "xlsx" && output?.kind === "output" && !("format" in options))
    throw usageError(
      text(
        "--format xlsx cannot be used with this command, because the command uses -o FILE for another output",
        "このコマンドの -o FILE は別の出力の指定のため、--format xlsx は使えません",
      ),
      typeof output.workbook === "object" ? output.workbook : undefined,
    );
  const opensNone = opensTenant === false && readsTenants !== true;
  if (opensNone && values.get("as") !== undefined && !("as" in options))
    throw usageError(
      text("--as is only for commands on a tenant: remove --as", "--as はテナント専用です。外してください"),
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
  const nameOf = (key: string): string => {
    const { [key]: argument } = args;
    return argument === undefined ? `--${toFlagName(key)}` : formatPlaceholder(key, argument);
  };
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

const isRecordFormat = (format: unknown): boolean =>
  (GLOBAL_OPTIONS.format.choices as readonly unknown[]).includes(format);
