import { FORMAT_NAMES, TYPES_BY_FORMAT, type FormatName, type RecordTypeOf } from "../nouns/index.ts";
import { createFormat, type Format } from "./format.ts";
import type { RecordKey, FileRecordType } from "../model/thing.ts";

export const FORMATS = Object.fromEntries(
  FORMAT_NAMES.map((name) => [name, createFormat(TYPES_BY_FORMAT[name], name)]),
) as Readonly<Record<FormatName, Format>>;

type KeyNameOf<T> = T extends { readonly keys: infer K extends readonly RecordKey[] }
  ? K["length"] extends 1
    ? never
    : K[number]["name"]
  : never;

export type KeyName = KeyNameOf<RecordTypeOf<FormatName>>;

export const KEY_NAMES = [...new Set<FileRecordType>(Object.values(TYPES_BY_FORMAT))].flatMap(({ keys }) =>
  keys.length === 1 ? [] : keys.map(({ name }) => name),
) as readonly string[] as readonly [KeyName, ...KeyName[]];
