import { z } from "zod";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { RESOURCE_NAMES, type ResourceName } from "../resources.ts";

const FIRST_BUNDLE_SCHEMA_VERSION = 101;

/** The format version that this program reads and writes. */
export const BUNDLE_SCHEMA_VERSION = FIRST_BUNDLE_SCHEMA_VERSION;

const CountSchema = z.int().min(0);
const Sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const InstantSchema = z.iso.datetime({ precision: 3 });
const ResourceNameSchema = z.enum(RESOURCE_NAMES as [ResourceName, ...ResourceName[]]);
const ResourceEntrySchema = z.strictObject({
  name: ResourceNameSchema,
  records: CountSchema,
  /** hash of the file with the records; null if there is no such file */
  sha256: Sha256Schema.nullable(),
  /** fields that are not exported */
  leftOut: z.array(z.string()),
});

const isInResourceOrder = (names: readonly ResourceName[]): boolean =>
  names.every((name, at) => at === 0 || RESOURCE_NAMES.indexOf(name) > RESOURCE_NAMES.indexOf(names[at - 1] ?? name));

const ManifestShape = z.strictObject({
  schema: z.literal(BUNDLE_SCHEMA_VERSION),
  /** program that wrote the bundle: `clomoctl 0.1.0` */
  program: z.string().min(1),
  /** `mirroredAt`: when the tenant's data last came from the console; null if never */
  tenant: z.strictObject({ name: z.string(), mirroredAt: InstantSchema.nullable() }),
  /** the reference date from which days are counted */
  asOf: z.iso.date(),
  /** the leaver (a recorded account, email address or name) and their last day; undefined if not specified */
  leaver: z.strictObject({ person: z.string().min(1), leaves: z.iso.date().nullable() }).optional(),
  /** the latest `updatedAt` of the exported records; null if no record has one */
  lastUpdatedAt: InstantSchema.nullable(),
  /** the last audit record; null if there is none, or if the exporting account may not see it */
  auditHead: z.strictObject({ seq: CountSchema, hash: Sha256Schema }).nullable(),
  /** language of the report, and of other texts in the bundle for people: the language of the CLOMO account */
  language: z.enum(["ja", "en"]),
  /** encoding of the CSV files */
  encoding: z.string().min(1),
  newline: z.string().min(1),
  /** true if nobody has confirmed whether a mirror has administrators other than those recorded */
  administratorsUnasked: z.literal(true).optional(),
  resources: z
    .array(ResourceEntrySchema)
    .refine((entries) => isInResourceOrder(entries.map(({ name }) => name)), "not in the order of resources"),
  /** other files; `records`: count in a CSV file; `encoding`: set if the CSV encoding lacks characters of the file */
  files: z.array(
    z.strictObject({ path: z.string(), records: CountSchema.nullable(), encoding: z.string().optional() }),
  ),
  gaps: z.array(z.strictObject({ item: z.string(), gap: z.string(), subject: z.string().nullable() })),
});

/** The content of `manifest.json`, which describes a bundle. */
export type Manifest = z.infer<typeof ManifestShape>;

export type ManifestResource = Manifest["resources"][number];

/** Returns the text of a manifest. Parsing it first puts the members in their order. */
export const renderManifest = (manifest: Manifest): string =>
  `${JSON.stringify(ManifestShape.parse(manifest), null, 2)}\n`;

/**
 * Parses the text of a manifest.
 *
 * @param where the file name, for messages
 * @throws Failure `input-rejected` if the text is not a manifest, or has the format of a newer or a pre-release version
 */
export function parseManifest(json: string, where: string): Manifest {
  const value = parseJsonObject(json, where);
  const { schema } = value;
  if (typeof schema !== "number" || !Number.isInteger(schema) || schema < 1)
    throw createInvalidManifestFailure(where, "schema");
  if (schema > BUNDLE_SCHEMA_VERSION) throw createNewerVersionFailure(where, schema);
  if (schema < FIRST_BUNDLE_SCHEMA_VERSION) throw createPreReleaseFailure(where);
  const parsed = ManifestShape.safeParse(value);
  if (!parsed.success) throw createInvalidManifestFailure(where, parsed.error.issues[0]?.path.join(".") ?? "");
  // the text must be exactly what an export writes, so that no byte of it goes unchecked
  if (renderManifest(parsed.data) !== json) throw createInvalidManifestFailure(where, "");
  return parsed.data;
}

function parseJsonObject(json: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // reported below
  }
  throw createInvalidManifestFailure(where, "");
}

const createInvalidManifestFailure = (where: string, member: string): Failure =>
  new Failure("input-rejected", {
    what:
      member === ""
        ? text(
            "not a manifest in the format of an exported bundle",
            "書き出した引き継ぎデータのマニフェストの形式ではありません",
          )
        : text(`the manifest has an invalid value: ${member}`, `マニフェストの ${member} の値が正しくありません`),
    where,
    hint: text(
      "the bundle was altered or damaged: use another copy, or export it again",
      "引き継ぎデータが変更されたか壊れています。別のコピーを使うか、もう一度書き出してください",
    ),
  });

const createNewerVersionFailure = (where: string, schema: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `a newer version of clomoctl wrote this bundle (schema ${schema}; this version reads schemas up to ${BUNDLE_SCHEMA_VERSION})`,
      `新しいバージョンの clomoctl が書き出した引き継ぎデータです(スキーマ ${schema}。このバージョンで読めるのは ${BUNDLE_SCHEMA_VERSION} まで)`,
    ),
    where,
    hint: text("update clomoctl, then run it again", "clomoctl を更新してから、もう一度実行してください"),
  });

const createPreReleaseFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this bundle was written by a pre-release version of clomoctl and cannot be read",
      "公開前のバージョンの clomoctl が書き出した引き継ぎデータのため、読み込めません",
    ),
    where,
    hint: text("export the bundle again with this version", "このバージョンでもう一度書き出してください"),
  });
