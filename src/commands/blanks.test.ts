import { expect, test } from "vitest";
import { parseCommandLine } from "../cli/parse.ts";
import { Failure } from "../lib/errors/index.ts";
import type { Command } from "./command.ts";
import { toFlagName, formatPlaceholder, type Field, type Fields, type ValueField } from "./field.ts";
import { GLOBAL_OPTIONS } from "./globals.ts";
import { COMMANDS } from "#support/commands/verbs.ts";

const BLANKS = ["", " ", "　", "\t\n"];

const valued = (fields: Fields): readonly (readonly [string, ValueField])[] =>
  Object.entries(fields).flatMap(([key, field]) => (field.kind === "boolean" ? [] : [[key, field] as const]));

const sound = (field: ValueField): string => {
  if (field.kind === "choice") return field.choices[0] ?? "";
  if (field.kind === "list" && field.choices !== undefined) return field.choices[0] ?? "";
  const values = { number: "1", duration: "1d", date: "2027-03-01", timezone: "Asia/Tokyo" } as const;
  return field.kind in values ? values[field.kind as keyof typeof values] : "x";
};

const compulsory = ({ options }: Command): readonly string[] =>
  valued(options)
    .filter(([, { required }]) => required === true)
    .map(([key, field]) => `--${toFlagName(key)}=${sound(field)}`);

/** What becomes of a command line: "taken", or how it is refused, if a remedy is told. */
function outcome(path: readonly string[], verb: Command, words: readonly string[]): unknown {
  try {
    parseCommandLine(path, verb, words);
    return "taken";
  } catch (error) {
    if (!(error instanceof Failure) || error.hint === undefined) return error;
    const { code, what, where } = error;
    return { code, what, where };
  }
}

const refusal = (name: string, path: readonly string[]) => ({
  code: "usage",
  what: { en: `${name} must not be blank`, ja: `${name} が空です` },
  where: `clomoctl ${path.join(" ")}`,
});

test.each(COMMANDS)("%s: a blank option means no value, or is refused", (line, verb) => {
  const path = line.split(" ");
  const others = compulsory(verb);
  const general = Object.entries<Field>(GLOBAL_OPTIONS).filter(([key]) => !(key in verb.options));
  for (const [key, field] of valued({ ...Object.fromEntries(general), ...verb.options })) {
    const flag = `--${toFlagName(key)}`;
    for (const blank of BLANKS) {
      const needed = valued(verb.options).filter(([other]) => other === field.requires);
      const companions = needed.map(([other, one]) => `--${toFlagName(other)}=${sound(one)}`);
      const words = [...others.filter((word) => !word.startsWith(`${flag}=`)), ...companions, `${flag}=${blank}`];
      const args = valued(verb.args).map(([, arg]) => sound(arg));
      const read = outcome(path, verb, [...words, ...args]);
      const called = field.short === undefined ? flag : `-${field.short}, ${flag}`;
      expect(read, flag).toEqual(field.blank === true ? "taken" : refusal(called, path));
    }
  }
});

test.each(COMMANDS)("%s: a blank argument is refused", (line, verb) => {
  const path = line.split(" ");
  const args = valued(verb.args);
  for (const [at, [key, field]] of args.entries()) {
    const [before, after] = [args.slice(0, at), args.slice(at + 1)].map((all) => all.map(([, one]) => sound(one)));
    for (const blank of BLANKS) {
      const read = outcome(path, verb, [...compulsory(verb), ...(before ?? []), blank, ...(after ?? [])]);
      expect(read, key).toEqual(refusal(formatPlaceholder(key, field), path));
    }
  }
  expect(args.filter(([, { blank }]) => blank === true)).toEqual([]);
});

test("no list of choices contains a blank", () => {
  const blank = COMMANDS.filter(([, { args, options }]) =>
    [...valued(args), ...valued(options)].some(([, field]) => field.kind === "choice" && field.choices.includes("")),
  );
  expect(blank.map(([line]) => line)).toEqual([]);
});

test.each(COMMANDS)("%s: the relations name its own arguments and options", (_, verb) => {
  const { excludes = [], anyOf = [], oneOf = [] } = verb;
  const required = Object.values(verb.options).flatMap(({ requires = [] }) => requires);
  const named = [...excludes, ...anyOf, ...oneOf].flat().concat(required);
  expect(named.filter((key) => !(key in verb.options) && !(key in verb.args))).toEqual([]);
});
