import { expect, test } from "vitest";
import { parseCommandLine } from "../cli/parse.ts";
import { Failure } from "../lib/errors/index.ts";
import type { Command } from "./kit/command.ts";
import { toFlagName, formatPlaceholder, type Field } from "./kit/field.ts";
import { GLOBAL_OPTIONS } from "./kit/globals.ts";
import { COMMANDS, listCompulsoryWords, listValueFields, toValidValue } from "#support/commands/verbs.ts";

const BLANKS = ["", " ", "　", "\t\n"];

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
  const others = listCompulsoryWords(verb);
  const general = Object.entries<Field>(GLOBAL_OPTIONS).filter(([key]) => !(key in verb.options));
  for (const [key, field] of listValueFields({ ...Object.fromEntries(general), ...verb.options })) {
    const flag = `--${toFlagName(key)}`;
    for (const blank of BLANKS) {
      const needed = listValueFields(verb.options).filter(([other]) => other === field.requires);
      const companions = needed.map(([other, one]) => `--${toFlagName(other)}=${toValidValue(one)}`);
      const words = [...others.filter((word) => !word.startsWith(`${flag}=`)), ...companions, `${flag}=${blank}`];
      const args = listValueFields(verb.args).map(([, arg]) => toValidValue(arg));
      const read = outcome(path, verb, [...words, ...args]);
      const called = field.short === undefined ? flag : `-${field.short}, ${flag}`;
      expect(read, flag).toEqual(field.blank === true ? "taken" : refusal(called, path));
    }
  }
});

test.each(COMMANDS)("%s: a blank argument is refused", (line, verb) => {
  const path = line.split(" ");
  const args = listValueFields(verb.args);
  for (const [at, [key, field]] of args.entries()) {
    const [before, after] = [args.slice(0, at), args.slice(at + 1)].map((all) =>
      all.map(([, one]) => toValidValue(one)),
    );
    for (const blank of BLANKS) {
      const read = outcome(path, verb, [...listCompulsoryWords(verb), ...(before ?? []), blank, ...(after ?? [])]);
      expect(read, key).toEqual(refusal(formatPlaceholder(key, field), path));
    }
  }
  expect(args.filter(([, { blank }]) => blank === true)).toEqual([]);
});

test("no list of choices contains a blank", () => {
  const blank = COMMANDS.filter(([, { args, options }]) =>
    [...listValueFields(args), ...listValueFields(options)].some(
      ([, field]) => field.kind === "choice" && field.choices.includes(""),
    ),
  );
  expect(blank.map(([line]) => line)).toEqual([]);
});

test.each(COMMANDS)("%s: the relations name its own arguments and options, or those of all commands", (_, verb) => {
  const { excludes = [], anyOf = [], oneOf = [] } = verb;
  const required = Object.values(verb.options).flatMap(({ requires = [] }) => requires);
  const named = [...excludes, ...anyOf, ...oneOf].flat().concat(required);
  expect(named.filter((key) => ![verb.options, verb.args, GLOBAL_OPTIONS].some((known) => key in known))).toEqual([]);
});
