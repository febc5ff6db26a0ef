import { ADE_DEVICE } from "../nouns/ade-device.ts";
import type { RecordType } from "../model/thing.ts";
import { NOUNS } from "../nouns/index.ts";
import { text, type Text } from "../text/index.ts";

type BundleName<T> = T extends { readonly bundle: { readonly name: infer N } }
  ? N
  : T extends { readonly collection: infer C }
    ? C
    : never;

export type ResourceName = BundleName<(typeof NOUNS)[number]> | "ade-devices" | "console-tasks";

const RESOURCES: readonly (readonly [name: string, title: Text])[] = [
  ...NOUNS.map(
    ({ bundle, ...noun }: RecordType) => [bundle?.name ?? noun.collection, bundle?.title ?? noun.title] as const,
  ),
  ["console-tasks", text("tasks in the console", "管理画面での作業")],
];

const ADE_DEVICES = ["ade-devices", ADE_DEVICE.title] as const;

export const RESOURCE_TITLES = Object.fromEntries(
  RESOURCES.flatMap((resource) => (resource[0] === "renewals" ? [ADE_DEVICES, resource] : [resource])),
) as Readonly<Record<ResourceName, Text>>;

export const RESOURCE_NAMES = Object.keys(RESOURCE_TITLES) as readonly ResourceName[];

export const pathOfResource = (name: ResourceName): string => `resources/${name}.ndjson`;
