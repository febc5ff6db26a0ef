import type { FormatName, ThingOf } from "./console-files.ts";
import { DEVICE } from "./device.ts";
import { formatOf, type Format } from "./format.ts";
import { ORG } from "./organisation.ts";
import { SECURED_USER } from "./secured-user.ts";
import type { Key, ThingInFiles } from "./thing.ts";
import { USER } from "./user.ts";

/** The things of which the console has files. */
const THINGS_IN_FILES: readonly ThingInFiles[] = [USER, ORG, SECURED_USER, DEVICE];

/** Every kind of console file at once, for what may meet any of them. */
export const FORMATS = Object.fromEntries(
  THINGS_IN_FILES.flatMap((thing) => Object.keys(thing.formats).map((name) => [name, formatOf(thing, name)])),
) as Readonly<Record<FormatName, Format>>;

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
