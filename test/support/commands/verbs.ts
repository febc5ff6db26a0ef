import type { Command, NounNode, VerbNode } from "../../../src/commands/kit/command.ts";
import { toFlagName, type Fields, type ValueField } from "../../../src/commands/kit/field.ts";
import { PROGRAM } from "../../../src/commands/index.ts";

const listBelow = (noun: NounNode, path: readonly string[] = []): (readonly [line: string, verb: VerbNode])[] => [
  ...noun.verbs.map((verb) => [[...path, verb.name].join(" "), verb] as const),
  ...noun.nouns.flatMap((below) => listBelow(below, [...path, below.name])),
];

/** All verbs by their command words. */
export const VERBS = listBelow(PROGRAM);

/** All commands by their command words. */
export const COMMANDS: readonly (readonly [line: string, command: Command])[] = await Promise.all(
  VERBS.map(async ([line, { load }]) => [line, (await load()).default] as const),
);

export const listValueFields = (fields: Fields): readonly (readonly [string, ValueField])[] =>
  Object.entries(fields).flatMap(([key, field]) => (field.kind === "boolean" ? [] : [[key, field] as const]));

export const toValidValue = (field: ValueField): string => {
  if (field.kind === "choice") return field.choices[0] ?? "";
  if (field.kind === "list" && field.choices !== undefined) return field.choices[0] ?? "";
  const values = { number: "1", duration: "1d", date: "2027-03-01", timezone: "Asia/Tokyo" } as const;
  return field.kind in values ? values[field.kind as keyof typeof values] : "x";
};

export const listCompulsoryWords = ({ options }: Command): readonly string[] =>
  listValueFields(options)
    .filter(([, { required }]) => required === true)
    .map(([key, field]) => `--${toFlagName(key)}=${toValidValue(field)}`);

/** Returns words for parsing a command, with a valid value for each required argument. */
export function composeWords([path, command]: (typeof COMMANDS)[number]): readonly string[] {
  const { args, options, anyOf = [], oneOf = [] } = command;
  const chosen = [...anyOf, ...oneOf].flatMap((set) => set.slice(0, 1));
  const switches = chosen.flatMap((key) => {
    const { [key]: field } = options;
    if (field === undefined) return [];
    return [field.kind === "boolean" ? `--${toFlagName(key)}` : `--${toFlagName(key)}=${toValidValue(field)}`];
  });
  const values = listValueFields(args).map(([, field]) => toValidValue(field));
  return [...path.split(" "), ...values, ...listCompulsoryWords(command), ...switches];
}
