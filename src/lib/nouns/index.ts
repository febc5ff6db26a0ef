import { text, type Text } from "../text/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "./account.ts";
import { ANSWER } from "./answer.ts";
import { APP, CONFIG_PROFILE } from "./config-profile.ts";
import { DEVICE, DEVICE_ACTION } from "./device.ts";
import { ORG } from "./organisation.ts";
import { RENEWAL_ITEM } from "./renewal.ts";
import { SCHEME } from "./scheme.ts";
import { SECURED_GROUP, SECURED_USER, type SecuredApp } from "./secured-user.ts";
import { TENANT } from "./tenant.ts";
import { getCommandNoun, type RecordType, type FileRecordType } from "../model/thing.ts";
import { CUSTOM_FIELD, USER } from "./user.ts";

export const TENANT_PROFILE = { ...TENANT, name: "tenant_profile" } as const satisfies RecordType;

/** All nouns, each after those to which its records refer. */
export const NOUNS = [
  TENANT_PROFILE,
  ACCOUNT_SETTINGS,
  CUSTOM_FIELD,
  ORG,
  SCHEME,
  USER,
  ACCOUNT,
  SECURED_GROUP,
  SECURED_USER,
  DEVICE,
  DEVICE_ACTION,
  CONFIG_PROFILE,
  APP,
  RENEWAL_ITEM,
  ANSWER,
] as const satisfies readonly RecordType[];

type Noun = (typeof NOUNS)[number];

/** What a change can lock; `series` of a type with a scope is the name of the type. */
export type Collection =
  | Noun["collection"]
  | Extract<Noun, { readonly scope: string }>["name"]
  | `secured:${SecuredApp}`
  | "ade"
  | "console"
  | "files";

export const RECORD_TYPES: ReadonlyMap<string, RecordType> = new Map(NOUNS.map((noun) => [noun.name, noun]));

export const THINGS_WITHOUT_TASKS: readonly RecordType[] = NOUNS.filter((noun) => "withoutTasks" in noun);

export const getThingNoun = (thing: string): Text => RECORD_TYPES.get(thing)?.single ?? text("record", "データ");

export const getCollection = ({ collection, scope }: RecordType, value?: string): Collection =>
  (scope === undefined ? collection : `${collection}:${value}`) as Collection;

export const getCollectionOf = (thing: string): Collection => {
  const found = RECORD_TYPES.get(thing);
  if (found === undefined) throw new TypeError(`no noun is named ${thing}`);
  return getCollection(found);
};

/** Returns the prefix of the actions on these records in the audit log, such as `users` in `users.create`. */
export const getActionPrefix = (noun: RecordType): string =>
  noun.audited?.actions ?? getCommandNoun(noun).replaceAll(" ", ".");

/** Returns the collection that has the highest record number of a type's table. */
export const getSeries = ({ name, collection, scope }: RecordType): Collection =>
  (scope === undefined ? collection : name) as Collection;

type NounInFile<T, N> = T extends { readonly formats: Readonly<Record<N & string, readonly string[]>> } ? T : never;

type FormatOf<T> = T extends { readonly formats: infer F } ? keyof F & string : never;

export type FormatName = FormatOf<Noun>;

export type RecordTypeOf<N extends FormatName> = N extends unknown ? NounInFile<Noun, N> : never;

/** The kinds of files, each after the kinds to which its records refer. */
export const TYPES_BY_FORMAT = Object.fromEntries(
  NOUNS.flatMap((noun: RecordType) => Object.keys(noun.formats ?? {}).map((name) => [name, noun] as const)),
) as { readonly [N in FormatName]: RecordTypeOf<N> } satisfies Readonly<Record<FormatName, FileRecordType>>;

export const FORMAT_NAMES = Object.keys(TYPES_BY_FORMAT) as readonly string[] as readonly [FormatName, ...FormatName[]];

export type PanelKind = Exclude<FormatName, SecuredApp>;

export const isPanelKind = (kind: FormatName): kind is PanelKind => !("scope" in TYPES_BY_FORMAT[kind]);

export const PANEL_KINDS: readonly PanelKind[] = FORMAT_NAMES.filter(isPanelKind);

export const NOT_EXPORTED_KINDS: readonly FormatName[] = PANEL_KINDS.filter(
  (kind) => "withoutTasks" in TYPES_BY_FORMAT[kind],
);

export const EXPORTED_KINDS = PANEL_KINDS.filter((kind) => !NOT_EXPORTED_KINDS.includes(kind));
