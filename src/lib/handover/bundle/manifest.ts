import { z } from "zod";
import { createInvalidBundleFailure } from "./contents.ts";
import { Failure, tryOrUndefined } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { ADE_DEVICE } from "../../nouns/ade-device.ts";
import type { RecordType } from "../../model/thing.ts";
import { NOUNS } from "../../nouns/index.ts";

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

export const BUNDLE_SCHEMA_VERSION = 103;

const ManifestShape = z.strictObject({
  schema: z.literal(BUNDLE_SCHEMA_VERSION),
  program: z.string().min(1),
  /** `mirroredAt`: time of the last import from the console; null if never */
  tenant: z.strictObject({ name: z.string(), mirroredAt: z.iso.datetime({ precision: 3 }).nullable() }),
  asOf: z.iso.date(),
  /** the leaver's account, email address or name, and last day; absent if nobody leaves */
  leaver: z.strictObject({ person: z.string().min(1), leaves: z.iso.date().nullable() }).optional(),
  /** time of the tenant's last audit record; null if there is no record */
  lastUpdatedAt: z.iso.datetime({ precision: 3 }).nullable(),
  language: z.enum(["ja", "en"]),
  resources: z.array(
    z.strictObject({ name: z.enum(RESOURCE_NAMES as [ResourceName, ...ResourceName[]]), records: z.int().min(0) }),
  ),
});

export type Manifest = z.infer<typeof ManifestShape>;

/** `parse` puts the members in the order of the schema. */
export const renderManifest = (manifest: Manifest): string =>
  `${JSON.stringify(ManifestShape.parse(manifest), null, 2)}\n`;

export function parseManifest(json: string, where: string): Manifest {
  const value = tryOrUndefined((): unknown => JSON.parse(json));
  const schema = typeof value === "object" && value !== null && "schema" in value ? Number(value.schema) : 0;
  if (schema > BUNDLE_SCHEMA_VERSION) throw createNewerVersionFailure(where);
  const parsed = ManifestShape.safeParse(value);
  // the text must equal its rendered form, so that no byte is unchecked
  if (parsed.success && renderManifest(parsed.data) === json) return parsed.data;
  throw createInvalidManifestFailure(where, parsed.error?.issues[0]?.path.join(".") ?? "");
}

const createInvalidManifestFailure = (where: string, member: string): Failure =>
  createInvalidBundleFailure(
    where,
    member === ""
      ? text("not in the format of a bundle's manifest", "引き継ぎデータのマニフェストの形式ではありません")
      : text(`the value of ${member} in the manifest is invalid`, `マニフェストの ${member} の値が正しくありません`),
  );

const createNewerVersionFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "a newer version of clomoctl wrote this bundle",
      "新しいバージョンの clomoctl が書き出した引き継ぎデータです",
    ),
    where,
    hint: text("update clomoctl, then run it again", "clomoctl を更新してから、もう一度実行してください"),
  });
