import { Command as Parser, CommanderError, Option } from "commander";
import type { Command } from "../commands/command.ts";
import { placeholder, type Field } from "../commands/field.ts";
import { Failure } from "../lib/errors/index.ts";
import { zoneNamed } from "../lib/model/time.ts";
import { text, type Text } from "../lib/text/index.ts";
import { nearest } from "../lib/terminal/nearest.ts";
import { GLOBAL_OPTIONS, type Globals } from "../commands/globals.ts";
import { optionTerm } from "./usage.ts";

/** A parsed command line: the declared defaults filled in, numbers and lists as such. */
export interface Parsed {
  readonly globals: Globals;
  readonly input: Readonly<Record<string, unknown>>;
}

type Where = (what: Text, hint?: Text) => Failure;

const didYouMean = (near: string | undefined): Text | undefined =>
  near === undefined ? undefined : text(`did you mean ${near}?`, `${near} ですか?`);

function whole(raw: string, name: string, field: Field & { kind: "number" }, wrong: Where): number {
  const min = field.min ?? 0;
  const max = field.max ?? Number.MAX_SAFE_INTEGER;
  const value = /^-?\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range =
    field.max === undefined
      ? text(`from ${min}`, `${min} 以上の`)
      : text(`from ${min} to ${max}`, `${min} から ${max} までの`);
  throw wrong(
    text(
      `${name} must be a whole number ${range.en}, not ${raw}`,
      `${name} は${range.ja}整数にしてください(${raw} は不可)`,
    ),
  );
}

function oneOf(raw: string, name: string, choices: readonly string[], wrong: Where): string {
  if (choices.includes(raw)) return raw;
  const all = choices.join(", ");
  throw wrong(
    text(`${name} must be one of ${all}, not ${raw}`, `${name} は ${all} のどれかにしてください(${raw} は不可)`),
    didYouMean(nearest(raw, choices)),
  );
}

function zone(raw: string, wrong: Where): string {
  const name = zoneNamed(raw);
  if (name !== undefined) return name;
  throw wrong(
    text(`unknown time zone ${raw}`, `不明なタイムゾーン ${raw} です`),
    text("name it like Asia/Tokyo", "Asia/Tokyo のように指定してください"),
  );
}

/** Turns the text of one value into what its field says. */
function valueOf(raw: string, name: string, field: Field, wrong: Where): unknown {
  if (field.kind === "number") return whole(raw, name, field, wrong);
  if (field.kind === "choice") return oneOf(raw, name, field.choices, wrong);
  if (field.kind === "timezone") return zone(raw, wrong);
  if (field.kind === "list") return raw.split(",").map((part) => part.trim());
  if (field.kind === "file" && raw === "") {
    throw wrong(text(`${name} needs a file's name`, `${name} にはファイル名が必要です`));
  }
  return raw;
}

function optionFor(key: string, field: Field, wrong: Where): Option {
  const term = optionTerm(key, field);
  if (field.kind === "boolean") return new Option(term);
  const flags = term.slice(0, term.length - placeholder(key, field).length);
  const option = new Option(`${flags}<value>`);
  const name = flags.trim();
  option.argParser<unknown>((raw, before: unknown) => {
    const value = valueOf(raw, name, field, wrong);
    const earlier: readonly unknown[] = Array.isArray(before) ? before : [];
    return field.repeatable === true ? [...earlier, value] : value;
  });
  return option;
}

/** The value of an option commander has read, or its default. */
function settled(option: Option, field: Field, given: unknown): unknown {
  if (field.kind === "boolean") return option.negate ? given === false : given === true;
  if (given !== undefined) return given;
  if (field.repeatable === true) return [];
  return field.kind === "list" && field.default !== undefined ? field.default.split(",") : field.default;
}

function failUnknown(word: string, known: readonly Option[], wrong: Where): never {
  const flag = word.split("=", 1)[0] ?? word;
  const flags = known.flatMap((option) => [option.long, option.short].filter((f) => f !== undefined));
  if (flags.includes(flag) && word !== flag) {
    throw wrong(text(`${flag} takes no value`, `${flag} には値を指定できません`));
  }
  // one letter is near every other one
  const near = flag.startsWith("--") ? nearest(flag, [...flags, "--help"]) : undefined;
  throw wrong(text(`unknown option ${flag}`, `オプション ${flag} は不明です`), didYouMean(near));
}

function readArguments(command: Command, operands: readonly string[], wrong: Where): [string, unknown][] {
  const fields = Object.entries(command.args);
  const values = fields.map(([key, field], i): [string, unknown] => {
    const name = placeholder(key, field);
    const repeatable = field.kind !== "boolean" && field.repeatable === true;
    const raw = repeatable ? operands.slice(i) : operands.slice(i, i + 1);
    if (raw.length === 0 && field.kind !== "boolean" && field.required === true) {
      throw wrong(text(`the argument ${name} is missing`, `引数 ${name} がありません`));
    }
    const read = raw.map((one) => valueOf(one, name, field, wrong));
    return [key, repeatable ? read : (read[0] ?? (field.kind === "boolean" ? false : field.default))];
  });
  const last = fields.at(-1)?.[1];
  const open = last !== undefined && last.kind !== "boolean" && last.repeatable === true;
  const extra = operands[fields.length];
  if (!open && extra !== undefined) {
    throw wrong(text(`unexpected argument ${extra}`, `余分な引数 ${extra} があります`));
  }
  return values;
}

/**
 * Reads the words of a verb's command line by its declaration. Nothing is abbreviated or guessed.
 *
 * @throws `usage` for unknown options, missing or superfluous arguments, wrong numbers and choices
 */
export function parse(path: readonly string[], command: Command, words: readonly string[]): Parsed {
  const typed = ["clomoctl", ...path].join(" ");
  const seeHelp = text(`see ${typed} --help`, `${typed} --help を参照してください`);
  const wrong: Where = (what, hint = seeHelp) => new Failure("usage", { what, where: typed, hint });
  const parser = new Parser()
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const fields = [...Object.entries<Field>(GLOBAL_OPTIONS), ...Object.entries(command.options)];
  const options = fields.map(([key, field]) => ({ key, field, option: optionFor(key, field, wrong) }));
  for (const { option } of options) parser.addOption(option);
  const { operands, unknown } = parseWords(parser, words, wrong);
  const stray = unknown.find((word) => word.startsWith("-") && word !== "-");
  if (stray !== undefined) failUnknown(stray, parser.options, wrong);
  const values = new Map(
    options.map(({ key, field, option }) => [
      key,
      settled(option, field, parser.getOptionValue(option.attributeName())),
    ]),
  );
  for (const [key, field] of Object.entries(command.options)) {
    if (field.kind !== "boolean" && field.required === true && values.get(key) === undefined) {
      throw wrong(
        text(`the option ${optionTerm(key, field)} is missing`, `オプション ${optionTerm(key, field)} がありません`),
      );
    }
  }
  const pick = (keys: Iterable<string>): [string, unknown][] => [...keys].map((key) => [key, values.get(key)]);
  return {
    globals: Object.fromEntries(pick(Object.keys(GLOBAL_OPTIONS))) as unknown as Globals,
    input: Object.fromEntries([...readArguments(command, operands, wrong), ...pick(Object.keys(command.options))]),
  };
}

function parseWords(parser: Parser, words: readonly string[], wrong: Where): { operands: string[]; unknown: string[] } {
  try {
    return parser.parseOptions([...words]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const flag = /'(?:-\w, )?(--[\w-]+)/.exec(error.message)?.[1] ?? "";
    throw wrong(text(`${flag} needs a value`, `${flag} には値が必要です`));
  }
}
