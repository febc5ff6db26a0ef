import { Command as Parser, CommanderError, Option } from "commander";
import {
  toFlagName,
  formatPlaceholder,
  type ChoiceField,
  type Field,
  type Fields,
  type CommandSyntax,
  type ValueField,
} from "../commands/field.ts";
import { Failure } from "../lib/errors/index.ts";
import { parseDurationDays, findTimeZone, parseTypedDate, type TypedDate } from "../lib/model/time.ts";
import { joinTexts, text, type Language, type Text } from "../lib/text/index.ts";
import { findNearestWord } from "../lib/text/nearest.ts";
import { GLOBAL_OPTIONS, type Globals } from "../commands/globals.ts";
import { formatOptionTerm } from "./line.ts";

/** A parsed command line: defaults are filled in, numbers and lists are converted. */
export interface ParsedLine {
  readonly globals: Globals;
  readonly input: Readonly<Record<string, unknown>>;
}

type UsageFailureFactory = (what: Text, hint?: Text) => Failure;

const buildDidYouMeanHint = (near: string): Text => text(`did you mean ${near}?`, `「${near}」ではありませんか?`);

function parseInteger(
  raw: string,
  name: string,
  field: Field & { kind: "number" },
  usageError: UsageFailureFactory,
): number {
  const min = field.min ?? 0;
  const max = field.max ?? Number.MAX_SAFE_INTEGER;
  const value = /^-?\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range =
    field.max === undefined
      ? text(`of at least ${min}`, `${min} 以上の`)
      : text(`from ${min} to ${max}`, `${min} から ${max} までの`);
  throw usageError(
    text(
      `${name} must be a whole number ${range.en}, not ${raw}`,
      `${name} には ${range.ja}整数を指定してください(指定した値: ${raw})`,
    ),
  );
}

/** Parses the names of choices. @throws `usage` with all words that do not name a choice */
function parseChoices(
  words: readonly string[],
  name: string,
  { choices, called = {} }: Pick<ChoiceField, "choices" | "called">,
  usageError: UsageFailureFactory,
): readonly (string | undefined)[] {
  const names = Object.entries(called).flatMap(([choice, { en, ja }]) => [
    [normalizeName(en), choice] as const,
    [normalizeName(ja), choice] as const,
  ]);
  const meant = new Map(names.toReversed());
  const parsed = words.map((word) => (choices.includes(word) ? word : meant.get(normalizeName(word))));
  const wrong = words.filter((_, at) => parsed[at] === undefined);
  if (wrong.length === 0) return parsed;
  const listed = (language: Language): string =>
    choices
      .filter((choice) => !choice.includes(":"))
      .map((choice) => {
        const other = called[choice]?.ja;
        return other === undefined || other === choice || language === "en" ? choice : `${choice}(${other})`;
      })
      .join(", ");
  const known = [...choices, ...Object.values(called).map(({ ja }) => ja)];
  const near = wrong.flatMap((word) => findNearestWord(word, known) ?? []);
  const refused = new Intl.ListFormat("en", { type: "disjunction" }).format(wrong.map((word) => word || "blank"));
  throw usageError(
    text(
      `${name} must be one of ${listed("en")}, not ${refused}`,
      `${name} は ${listed("ja")} のいずれかにしてください(${wrong.map((word) => word || "空").join("、")} は不可)`,
    ),
    near.length === 0 ? undefined : buildDidYouMeanHint(near.join(", ")),
  );
}

/** Returns a name in the form in which names are compared: character width and case do not matter. */
const normalizeName = (name: string): string => name.normalize("NFKC").toLowerCase();

function parseTimezone(raw: string, usageError: UsageFailureFactory): string {
  const name = findTimeZone(raw);
  if (name !== undefined) return name;
  throw usageError(
    text(`unknown time zone ${raw}`, `タイムゾーン ${raw} は不明です`),
    text("use a name such as Asia/Tokyo", "Asia/Tokyo のように指定してください"),
  );
}

function parseDuration(raw: string, name: string, usageError: UsageFailureFactory): number {
  const days = parseDurationDays(raw);
  if (days !== undefined) return days;
  throw usageError(
    text(
      `${name} must be a number of days or weeks, not ${raw}`,
      `${name} には日数か週数を指定してください(指定した値: ${raw})`,
    ),
    text("examples: 90d, 12w", "例: 90d、12w"),
  );
}

function parseDate(raw: string, name: string, usageError: UsageFailureFactory): TypedDate {
  const date = parseTypedDate(raw);
  if (date !== undefined) return date;
  throw usageError(
    text(`${name} must be a date, not ${raw}`, `${name} には日付を指定してください(指定した値: ${raw})`),
    text(
      "use a date such as 2027-03-01, or a date with time such as 2027-03-01T09:00:00+09:00",
      "2027-03-01 のような日付か、2027-03-01T09:00:00+09:00 のような日時で指定してください",
    ),
  );
}

/** Rejects a blank value, which nobody types on purpose: the usual cause is a script variable that is not set. */
function rejectBlank(name: string, { required }: ValueField, usageError: UsageFailureFactory): never {
  const canBeLeft = required !== true && name.includes("-");
  throw usageError(
    text(`${name} must not be blank`, `${name} が空です`),
    canBeLeft ? text(`specify a value or omit ${name}`, `値を指定するか、${name} を省略してください`) : undefined,
  );
}

function parseValue(raw: string, name: string, field: Field, usageError: UsageFailureFactory): unknown {
  if (field.kind !== "boolean" && raw.trim() === "")
    return field.blank === true ? null : rejectBlank(name, field, usageError);
  switch (field.kind) {
    case "number":
      return parseInteger(raw, name, field, usageError);
    case "choice":
      return parseChoices([raw], name, field, usageError)[0];
    case "timezone":
      return parseTimezone(raw, usageError);
    case "duration":
      return parseDuration(raw, name, usageError);
    case "date":
      return parseDate(raw, name, usageError);
    case "list": {
      const words = raw.split(",").map((part) => part.trim());
      const { choices } = field;
      return choices === undefined ? words : parseChoices(words, name, { choices }, usageError);
    }
    case "file":
    case "output":
    case "string":
    case "boolean":
      return raw;
  }
}

/** A parsed value in an object, because commander treats null as "not given". */
interface BoxedValue {
  readonly value: unknown;
}

function createOption(key: string, field: Field, usageError: UsageFailureFactory): Option {
  const term = formatOptionTerm(key, field);
  if (field.kind === "boolean") return new Option(term);
  const flags = term.slice(0, term.length - formatPlaceholder(key, field).length);
  const option = new Option(`${flags}<value>`);
  const name = flags.trim();
  option.argParser<BoxedValue | undefined>((raw, before) => {
    const value = parseValue(raw, name, field, usageError);
    if (field.single === true && before !== undefined && before.value !== value) {
      throw usageError(
        text(`${name} is specified twice with different values`, `${name} に異なる値が 2 回指定されています`),
        text(`specify ${name} only once`, `${name} は 1 回だけ指定してください`),
      );
    }
    const earlier: readonly unknown[] = Array.isArray(before?.value) ? before.value : [];
    return { value: field.repeatable === true ? [...earlier, value] : value };
  });
  return option;
}

function getValueOrDefault(option: Option, field: Field, given: unknown): unknown {
  if (field.kind === "boolean") return option.negate ? given === false : given === true;
  if (given !== undefined) return (given as BoxedValue).value;
  if (field.repeatable === true) return [];
  return field.kind === "list" && field.default !== undefined ? field.default.split(",") : field.default;
}

function rejectUnknownOption(
  word: string,
  { known, typed }: { readonly known: readonly Option[]; readonly typed: string },
  usageError: UsageFailureFactory,
): never {
  const flag = word.split("=", 1)[0] ?? word;
  const flags = known.flatMap((option) => [option.long, option.short].filter((f) => f !== undefined));
  if (flags.includes(flag) && word !== flag) {
    throw usageError(text(`${flag} does not take a value`, `${flag} には値を指定できません`));
  }
  const secret = flags.find((other) => other.endsWith("-stdin"))?.slice(0, -"-stdin".length);
  if (secret !== undefined && flag.startsWith(secret)) {
    const shown =
      flag === secret || flags.some((other) => findNearestWord(flag, [other]) !== undefined) ? flag : `${secret}…`;
    throw usageError(
      text(`unknown option ${shown}`, `オプション ${shown} は不明です`),
      buildDidYouMeanHint(`${secret}-file`),
    );
  }
  const near = findNearestFlag(flag, flags);
  throw usageError(
    text(`unknown option ${flag}`, `オプション ${flag} は不明です`),
    near === undefined
      ? text(`see ${typed} --help-all`, `${typed} --help-all を参照してください`)
      : buildDidYouMeanHint(near),
  );
}

/** Returns the option that an unknown option resembles, or that is the start of it (`--allow-all`), or starts with it. */
function findNearestFlag(flag: string, flags: readonly string[]): string | undefined {
  // a single letter resembles every other letter, so it would match any short option
  if (!flag.startsWith("--")) return undefined;
  // what turns `--protected` off is `--unprotected`
  const opposite = flag.replace(/^--no-/, "--un");
  if (flags.includes(opposite)) return opposite;
  const words = flag.split("-");
  const starts = words.map((_, at) => words.slice(0, at + 1).join("-"));
  return (
    findNearestWord(flag, [...flags, "--help"]) ??
    starts.findLast((start) => flags.includes(start)) ??
    flags.findLast((other) => other.startsWith(`${flag}-`))
  );
}

/** Describes an extra argument. If the verb takes secrets, the argument is not shown, because it may be a secret. */
const describeExtraArgument = (word: string, command: CommandSyntax): Text =>
  Object.keys(command.options).some((key) => key.endsWith("Stdin"))
    ? text("too many arguments", "引数が多すぎます")
    : text(`unexpected argument ${word}`, `余分な引数 ${word} があります`);

const buildExampleHint = ({ examples: [first] }: CommandSyntax, typed: string): Text | undefined =>
  first &&
  text(`example: ${first.line}; for more, see ${typed} --help`, `例: ${first.line}。ほかの使い方: ${typed} --help`);

const isRequired = (field: Field): boolean => field.kind !== "boolean" && field.required === true;

type MissingFields = readonly [noun: Text, names: readonly string[]];

const listMissing = (
  { args, options }: CommandSyntax,
  operands: readonly string[],
  values: ReadonlyMap<string, unknown>,
): readonly MissingFields[] => [
  [
    text("argument", "引数"),
    Object.entries(args)
      .filter(([, field], at) => isRequired(field) && operands[at] === undefined)
      .map(([key, field]) => formatPlaceholder(key, field)),
  ],
  [
    text("option", "オプション"),
    Object.entries(options)
      .filter(([key, field]) => isRequired(field) && [values.get(key)].flat().every((value) => value === undefined))
      .map(([key, field]) => formatOptionTerm(key, field)),
  ],
];

const describeMissing = (missing: readonly MissingFields[]): Text => {
  const parts = missing.map(([noun, names]) => {
    const all = new Intl.ListFormat("en").format(names);
    return text(`the ${noun.en}${names.length === 1 ? "" : "s"} ${all}`, `${noun.ja} ${names.join("、")}`);
  });
  const { en, ja } = joinTexts(parts, text(" and ", "、"));
  const isOne = missing.flatMap(([, names]) => names).length === 1;
  return text(`${en} ${isOne ? "is" : "are"} missing`, `${ja} がありません`);
};

const readArguments = (
  { args }: CommandSyntax,
  operands: readonly string[],
  usageError: UsageFailureFactory,
): [string, unknown][] =>
  Object.entries(args).map(([key, field], i): [string, unknown] => {
    const name = formatPlaceholder(key, field);
    const repeatable = field.kind !== "boolean" && field.repeatable === true;
    const raw = repeatable ? operands.slice(i) : operands.slice(i, i + 1);
    const read = raw.map((one) => parseValue(one, name, field, usageError));
    return [key, repeatable ? read : (read[0] ?? (field.kind === "boolean" ? false : field.default))];
  });

function rejectExtraArgument(
  command: CommandSyntax,
  operands: readonly string[],
  usageError: UsageFailureFactory,
): void {
  const fields = Object.values(command.args);
  const last = fields.at(-1);
  const open = last !== undefined && last.kind !== "boolean" && last.repeatable === true;
  const extra = operands[fields.length];
  if (!open && extra !== undefined) throw usageError(describeExtraArgument(extra, command));
}

/**
 * Parses the words of a command line as the verb declares them. Abbreviations are not accepted, and nothing is guessed.
 *
 * @param everywhere the options that every command takes
 * @throws `usage` for unknown options, missing or extra arguments, and invalid numbers and choices
 */
export function parseCommandLine(
  path: readonly string[],
  command: CommandSyntax,
  words: readonly string[],
  everywhere: Fields = GLOBAL_OPTIONS,
): ParsedLine {
  const typed = ["clomoctl", ...path].join(" ");
  const seeHelp = text(`see ${typed} --help`, `${typed} --help を参照してください`);
  const usageError: UsageFailureFactory = (what, hint = seeHelp) => new Failure("usage", { what, where: typed, hint });
  const parser = new Parser()
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  // a verb whose result is a file declares its own --output
  const general = Object.entries(everywhere).filter(([key]) => !(key in command.options));
  const fields = [...general, ...Object.entries(command.options)];
  const options = fields.map(([key, field]) => ({ key, field, option: createOption(key, field, usageError) }));
  for (const { option } of options) parser.addOption(option);
  const { operands, unknown } = parseWords(parser, words, usageError);
  const stray = unknown.find((word) => word.startsWith("-") && word !== "-");
  if (stray !== undefined) rejectUnknownOption(stray, { known: parser.options, typed }, usageError);
  const values = new Map(
    options.map(({ key, field, option }) => [
      key,
      getValueOrDefault(option, field, parser.getOptionValue(option.attributeName())),
    ]),
  );
  const args = readArguments(command, operands, usageError);
  const missing = listMissing(command, operands, values).filter(([, names]) => names.length > 0);
  if (missing.length > 0) throw usageError(describeMissing(missing), buildExampleHint(command, typed));
  rejectExtraArgument(command, operands, usageError);
  rejectUselessGlobals(command, values, usageError);
  const pick = (keys: Iterable<string>): [string, unknown][] => [...keys].map((key) => [key, values.get(key)]);
  // a command that also writes documents declares its own `--format` and `--output`; with a record format, both have
  // the same effect as the global options
  const records = "format" in command.options && isRecordFormat(values.get("format")) ? pick(["format", "output"]) : [];
  const input = Object.fromEntries([...args, ...pick(Object.keys(command.options))]);
  checkRelations(command, input, usageError);
  rejectSharedInput(command, everywhere, { ...Object.fromEntries(values), ...input }, usageError);
  return {
    globals: Object.fromEntries([...pick(general.map(([key]) => key)), ...records]) as unknown as Globals,
    input,
  };
}

/** Rejects a command line that reads several values from stdin, which can be read only once. */
function rejectSharedInput(
  { args, ...command }: CommandSyntax,
  everywhere: Fields,
  values: Readonly<Record<string, unknown>>,
  usageError: UsageFailureFactory,
): void {
  const options = { ...everywhere, ...command.options };
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
  command: CommandSyntax,
  values: ReadonlyMap<string, unknown>,
  usageError: UsageFailureFactory,
): void {
  const { opensTenant, readsTenants, options } = command;
  const { output } = options;
  if (values.get("format") === "xlsx" && output?.kind === "output" && !("format" in options)) {
    throw usageError(
      text(
        "--format xlsx cannot be used here: -o FILE names this command's own output file, not a file for its result table",
        "このコマンドの -o FILE は書き出すファイルそのものを指すため、--format xlsx は使えません",
      ),
      typeof output.workbook === "object"
        ? output.workbook
        : text("remove --format xlsx", "--format xlsx を外してください"),
    );
  }
  const opensNone = opensTenant === false && readsTenants !== true;
  if (opensNone && values.get("as") !== undefined && !("as" in options)) {
    throw usageError(
      text(
        "--as can be used only with commands that work on a tenant; remove --as",
        "--as はテナントを操作するコマンドでだけ使えます。--as を外してください",
      ),
    );
  }
  if (values.get("allContexts") === true && values.get("context") !== undefined) {
    throw usageError(
      text(
        "--context and --all-contexts cannot be used together",
        "--context と --all-contexts は同時に指定できません",
      ),
      REMOVE_ONE_HINT,
    );
  }
}

function checkRelations(
  { options, args, excludes = [], anyOf = [], oneOf = [] }: CommandSyntax,
  input: Readonly<Record<string, unknown>>,
  usageError: UsageFailureFactory,
): void {
  const isGiven = (key: string): boolean => {
    const [value, field] = [input[key], options[key] ?? args[key]];
    const usual = field !== undefined && "default" in field ? field.default : undefined;
    return value !== undefined && value !== false && value !== usual && !(Array.isArray(value) && value.length === 0);
  };
  const nameOf = (key: string): string => {
    const { [key]: argument } = args;
    return argument === undefined ? `--${toFlagName(key)}` : formatPlaceholder(key, argument);
  };
  for (const set of [...excludes, ...oneOf]) {
    const [one, other] = set.filter(isGiven).map(nameOf);
    if (one === undefined || other === undefined) continue;
    const what = text(`${one} and ${other} cannot be used together`, `${one} と ${other} は同時に指定できません`);
    throw usageError(what, REMOVE_ONE_HINT);
  }
  for (const [key, { requires }] of Object.entries(options)) {
    if (requires === undefined || !isGiven(key) || isGiven(requires)) continue;
    const [flag, missing] = [key, requires].map(nameOf);
    throw usageError(text(`${flag} requires ${missing}`, `${flag} には ${missing} も必要です`));
  }
  for (const set of [...anyOf, ...oneOf]) {
    if (set.some(isGiven)) continue;
    const names = set.map(nameOf);
    const all = { en: new Intl.ListFormat("en", { type: "disjunction" }).format(names), ja: names.join("、") };
    throw usageError(
      names.length > MAX_NAMED_OPTIONS
        ? text("nothing is specified", "何も指定されていません")
        : text(`specify ${all.en}`, `${all.ja} のどれかを指定してください`),
    );
  }
}

const MAX_NAMED_OPTIONS = 6;

const REMOVE_ONE_HINT = text("remove one of them", "どちらかを外してください");

const isRecordFormat = (format: unknown): boolean =>
  (GLOBAL_OPTIONS.format.choices as readonly unknown[]).includes(format);

function parseWords(
  parser: Parser,
  words: readonly string[],
  usageError: UsageFailureFactory,
): { operands: string[]; unknown: string[] } {
  try {
    return parser.parseOptions([...words]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const flag = /'(?:-\w, )?(--[\w-]+)/.exec(error.message)?.[1] ?? "";
    throw usageError(text(`${flag} requires a value`, `${flag} には値が必要です`));
  }
}
