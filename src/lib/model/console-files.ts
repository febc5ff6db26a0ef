import type { SecuredApp } from "./secured-user.ts";
import type { ThingInFiles } from "./thing.ts";
import { NOUNS } from "./things.ts";

type Noun = (typeof NOUNS)[number];

type NounInFile<T, N> = T extends { readonly formats: Readonly<Record<N & string, readonly string[]>> } ? T : never;

type FormatOf<T> = T extends { readonly formats: infer F } ? keyof F & string : never;

export type FormatName = FormatOf<Noun>;

export type ThingOf<N extends FormatName> = N extends unknown ? NounInFile<Noun, N> : never;

/** The kinds of files, each after the kinds to which its records refer. */
export const THINGS_BY_FORMAT = Object.fromEntries(
  NOUNS.flatMap((noun) => Object.keys(noun.formats).map((name) => [name, noun] as const)),
) as { readonly [N in FormatName]: ThingOf<N> } satisfies Readonly<Record<FormatName, ThingInFiles>>;

export const FORMAT_NAMES = Object.keys(THINGS_BY_FORMAT) as readonly string[] as readonly [
  FormatName,
  ...FormatName[],
];

export type PanelKind = Exclude<FormatName, SecuredApp>;

export const isPanelKind = (kind: FormatName): kind is PanelKind => !("scope" in THINGS_BY_FORMAT[kind]);

export const PANEL_KINDS: readonly PanelKind[] = FORMAT_NAMES.filter(isPanelKind);

export const NOT_EXPORTED_KINDS: readonly FormatName[] = PANEL_KINDS.filter(
  (kind) => "withoutTasks" in THINGS_BY_FORMAT[kind],
);

export const EXPORTED_KINDS = PANEL_KINDS.filter((kind) => !NOT_EXPORTED_KINDS.includes(kind));
