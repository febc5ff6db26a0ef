import { z } from "zod";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { RESOURCE_NAMES, STAYS, type ResourceName } from "../resources.ts";

/** The version of the format of the first release; pre-release versions of clomoctl counted from 1. */
const FIRST_SCHEMA = 101;

/** The version of the format that is read and written. */
export const SCHEMA = FIRST_SCHEMA;

/** Why a resource has records in a bundle, or none. */
export const RESOURCE_STATES = ["exported", "empty", "not-permitted", "not-supported", "left-out"] as const;

const Count = z.int().min(0);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Instant = z.iso.datetime({ precision: 3 });
const Name = z.enum(RESOURCE_NAMES as [ResourceName, ...ResourceName[]]);
const Stays = z.enum(Object.keys(STAYS) as [keyof typeof STAYS, ...(keyof typeof STAYS)[]]);

const ResourceEntry = z.strictObject({
  name: Name,
  state: z.enum(RESOURCE_STATES),
  records: Count,
  /** of its file; null if there is none */
  sha256: Sha256.nullable(),
  /** why it is to be read alone, and never applied */
  stays: Stays.nullable(),
  /** fields that are not exported */
  leftOut: z.array(z.string()),
});

const isInOrder = (names: readonly ResourceName[]): boolean =>
  names.every((name, at) => at === 0 || RESOURCE_NAMES.indexOf(name) > RESOURCE_NAMES.indexOf(names[at - 1] ?? name));

/** Its members stand in the order in which they are written. */
const ManifestShape = z.strictObject({
  schema: z.literal(SCHEMA),
  /** who wrote it: `clomoctl 0.1.0` */
  program: z.string().min(1),
  /** `mirroredAt`: when its data last came from the console; null if never */
  tenant: z.strictObject({ name: z.string(), mirroredAt: Instant.nullable() }),
  /** the day from which days are counted */
  asOf: z.iso.date(),
  /** who leaves, by an account, a mail address or a name that is recorded, and the last day; undefined where that was not said */
  leaver: z.strictObject({ person: z.string().min(1), leaves: z.iso.date().nullable() }).optional(),
  /** the largest `updatedAt` of what is exported; null if nothing has one */
  lastUpdatedAt: Instant.nullable(),
  /** the last record of the audit; null if there is none, or it may not be seen */
  auditHead: z.strictObject({ seq: Count, hash: Sha256 }).nullable(),
  /** of the report, and of what people read in it */
  language: z.enum(["ja", "en"]),
  /** of the CSV files */
  encoding: z.string().min(1),
  newline: z.string().min(1),
  /** the resources that were asked for; null for all */
  only: z.array(Name).nullable(),
  /** the organisation whose subtree it is limited to */
  scope: z.strictObject({ id: z.string(), path: z.string() }).nullable(),
  /** true: whoever exported it saw a part of the tenant; undefined of a whole one, and beside a scope */
  partial: z.literal(true).optional(),
  /** true: of a mirror's administrators nobody has said whether there are others than those recorded */
  administratorsUnasked: z.literal(true).optional(),
  resources: z
    .array(ResourceEntry)
    .refine((entries) => isInOrder(entries.map(({ name }) => name)), "not in the order of resources"),
  /** what else is in it; `records` of a CSV file without its header; `encoding` if that of the CSV files lacks characters of it */
  files: z.array(z.strictObject({ path: z.string(), records: Count.nullable(), encoding: z.string().optional() })),
  /** what the console alone knows: what somebody answered, with author and date, and the files attached */
  notKnownHere: z.array(
    z.strictObject({
      name: z.string(),
      filled: z.strictObject({ what: z.string(), by: z.string(), at: Instant }).nullable(),
      files: z.array(z.strictObject({ path: z.string(), bytes: Count, sha256: Sha256 })),
    }),
  ),
  /** what the checklist lacks */
  gaps: z.array(z.strictObject({ item: z.string(), gap: z.string(), subject: z.string().nullable() })),
});

/** The files that are attached to a bundle. */
export const attachedTo = ({
  notKnownHere,
}: Pick<Manifest, "notKnownHere">): Manifest["notKnownHere"][number]["files"] =>
  notKnownHere.flatMap(({ files }) => files);

/** What a bundle says of itself: `manifest.json`. */
export type Manifest = z.infer<typeof ManifestShape>;

/** One resource as the manifest has it. */
export type ManifestResource = Manifest["resources"][number];

/** A manifest as it is written: parsed, so that its members stand in their order. */
export const manifestText = (manifest: Manifest): string =>
  `${JSON.stringify(ManifestShape.parse(manifest), null, 2)}\n`;

/**
 * The manifest that a text is.
 *
 * @param where its name in messages
 * @throws Failure `input-rejected` for what is no manifest, and for one of a newer or a pre-release version
 */
export function parseManifest(json: string, where: string): Manifest {
  const value = asObject(json, where);
  const { schema } = value;
  if (typeof schema !== "number" || !Number.isInteger(schema) || schema < 1) throw noManifest(where, "schema");
  if (schema > SCHEMA) throw tooNew(where, schema);
  if (schema < FIRST_SCHEMA) throw preRelease(where);
  const parsed = ManifestShape.safeParse(value);
  if (!parsed.success) throw noManifest(where, parsed.error.issues[0]?.path.join(".") ?? "");
  // it is the very text, so that no byte of it is without meaning
  if (manifestText(parsed.data) !== json) throw noManifest(where, "");
  return parsed.data;
}

function asObject(json: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // told below
  }
  throw noManifest(where, "");
}

const noManifest = (where: string, member: string): Failure =>
  new Failure("input-rejected", {
    what:
      member === ""
        ? text("this is no manifest as an export writes it", "エクスポートが書き出す形式のマニフェストではありません")
        : text(`the manifest is wrong at: ${member}`, `マニフェストの ${member} が正しくありません`),
    where,
    hint: text(
      "the bundle was altered or damaged: take another copy, or export it again",
      "引き継ぎデータが変更されたか壊れています。別のコピーを使うか、もう一度書き出してください",
    ),
  });

const tooNew = (where: string, schema: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `a newer clomoctl wrote this bundle (schema ${schema}; this one reads up to ${SCHEMA})`,
      `新しい版の clomoctl が書き出した引き継ぎデータです(スキーマ ${schema}。この版で読めるのは ${SCHEMA} まで)`,
    ),
    where,
    hint: text("update clomoctl, then run it again", "clomoctl を更新してから、もう一度実行してください"),
  });

const preRelease = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this bundle was made by a pre-release version of clomoctl and cannot be read",
      "公開前の版の clomoctl が書き出した引き継ぎデータのため、読み込めません",
    ),
    where,
    hint: text("export it again with this version", "この版でもう一度書き出してください"),
  });
