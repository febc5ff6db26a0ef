import { FORMAT_NAMES, loadFormat, type FormatName, type ThingOf } from "./console-files.ts";
import type { Format } from "./format.ts";
import type { Key, ThingInFiles } from "./thing.ts";

/** Every kind of console file at once, for what may meet any of them. */
export const FORMATS = Object.fromEntries(
  await Promise.all(FORMAT_NAMES.map(async (name) => [name, await loadFormat(name)] as const)),
) as Readonly<Record<FormatName, Format>>;

/** The things of which the console has files. */
const THINGS_IN_FILES: readonly ThingInFiles[] = [...new Set(Object.values(FORMATS).map(({ thing }) => thing))];

type KeyNameOf<T> = T extends { readonly keys: infer K extends readonly Key[] }
  ? K["length"] extends 1
    ? never
    : K[number]["name"]
  : never;

/** The keys among which `--key` chooses. */
export type KeyName = KeyNameOf<ThingOf<FormatName>>;

export const KEY_NAMES = THINGS_IN_FILES.flatMap(({ keys }) =>
  keys.length === 1 ? [] : keys.map(({ name }) => name),
) as readonly string[] as readonly [KeyName, ...KeyName[]];
