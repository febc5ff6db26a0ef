import { FORMAT_NAMES, THINGS, type FormatName, type ThingOf } from "./console-files.ts";
import { formatOf, type Format } from "./format.ts";
import type { Key, ThingInFiles } from "./thing.ts";

/** Each kind of console file. */
export const FORMATS = Object.fromEntries(FORMAT_NAMES.map((name) => [name, formatOf(THINGS[name], name)])) as Readonly<
  Record<FormatName, Format>
>;

type KeyNameOf<T> = T extends { readonly keys: infer K extends readonly Key[] }
  ? K["length"] extends 1
    ? never
    : K[number]["name"]
  : never;

/** The keys among which `--key` chooses. */
export type KeyName = KeyNameOf<ThingOf<FormatName>>;

export const KEY_NAMES = [...new Set<ThingInFiles>(Object.values(THINGS))].flatMap(({ keys }) =>
  keys.length === 1 ? [] : keys.map(({ name }) => name),
) as readonly string[] as readonly [KeyName, ...KeyName[]];
