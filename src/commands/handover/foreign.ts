import { line, step } from "../../lib/advice/index.ts";
import type { RestorePlan } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Manifest } from "../../lib/handover/bundle/manifest.ts";
import { toBundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { resourceOf, type ResourceName, type ApplicableResourceName } from "../../lib/handover/resources.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { comparisonKey } from "../../lib/model/normalise.ts";
import type { Fields } from "../../lib/model/thing.ts";
import { USER } from "../../lib/model/user.ts";
import { MIN_FOREIGN_RECORDS } from "../../lib/rules/import-file.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { ChosenTenant, Tools } from "../tools.ts";

interface RecordCounts {
  readonly rows: number;
  readonly records: number;
  readonly both: number;
}

function countRecords({ resources }: RestorePlan): RecordCounts {
  const counts = { rows: 0, records: 0, both: 0 };
  for (const { name, added, changed, removed, unchanged } of resources) {
    // not counted: records of single resources and the organisation 全社, which every tenant has, and console values,
    // which belong to records that are counted anyway
    if (resourceOf(name as ResourceName).single === true || name === "observed") continue;
    const everywhere = name === "orgs" ? 1 : 0;
    const both = Math.max(0, changed + unchanged - everywhere);
    counts.rows += added + both;
    counts.records += removed + both;
    counts.both += both;
  }
  return counts;
}

type KeyedRecordsClient = ChosenTenant<"users" | "devices">["client"];

/**
 * Resources whose records are also recognised by their keys, because a mirror that is set up again has different IDs.
 */
const KEYED_RESOURCES = [
  { resource: "users", ...USER, list: ({ users }: KeyedRecordsClient) => users.list() },
  { resource: "devices", ...DEVICE, list: ({ devices }: KeyedRecordsClient) => devices.list() },
] as const;

type KeyedResource = (typeof KEYED_RESOURCES)[number];

function listUniqueKeys({ keys, fields }: KeyedResource, record: Readonly<Record<string, unknown>>): readonly string[] {
  return keys
    .filter(({ unique }) => unique)
    .flatMap(({ field }) => {
      const comparison = (fields as Fields)[field]?.comparison ?? "exact";
      const values = [record[field]].flat();
      return values.filter((value) => typeof value === "string").map((value) => comparisonKey(comparison, value));
    });
}

/** Returns true if the tenant has a user or a device of the bundle, even with a different ID. */
async function hasSharedKey(client: KeyedRecordsClient, files: BundleFiles): Promise<boolean> {
  const bundle = await toBundle(files);
  for (const thing of KEYED_RESOURCES) {
    const keys = new Set<string>();
    for await (const records of bundle.records(thing.resource)) {
      for (const record of records) for (const key of listUniqueKeys(thing, record)) keys.add(key);
    }
    if (keys.size === 0) continue;
    for await (const record of thing.list(client)) {
      if (listUniqueKeys(thing, record).some((key) => keys.has(key))) return true;
    }
  }
  return false;
}

export const describeTarget = (target: Text, { tenant, asOf }: Pick<Manifest, "tenant" | "asOf">): Text =>
  text(
    `${target.en}, from the bundle of "${tenant.name}" as of ${asOf}`,
    `${target.ja}(引き継ぎデータ:「${tenant.name}」、基準日 ${asOf})`,
  );

interface ForeignOptions {
  readonly bundle: string;
  readonly identity: string | undefined;
  readonly only: readonly ApplicableResourceName[];
  readonly allow: readonly "other-tenant"[] | undefined;
  readonly dryRun: boolean;
}

interface ComparedBundle {
  readonly client: KeyedRecordsClient;
  readonly files: BundleFiles;
  /** what applying the chosen resources would do */
  readonly plan: RestorePlan;
  /** Compares everything in the bundle, not only the chosen resources. */
  readonly compareAll: () => Promise<RestorePlan>;
}

/**
 * Returns the record counts if a bundle and a tenant have no record in common, because the bundle may be another
 * tenant's; otherwise undefined.
 */
async function detectForeignBundle({
  client,
  files,
  plan,
  compareAll,
}: ComparedBundle): Promise<RecordCounts | undefined> {
  if (countRecords(plan).both > 0) return undefined;
  const counts = countRecords(await compareAll());
  if (counts.both > 0 || counts.records < MIN_FOREIGN_RECORDS) return undefined;
  return (await hasSharedKey(client, files)) ? undefined : counts;
}

/**
 * Asks for confirmation if a bundle looks like another tenant's. `--yes` does not answer this question; a dry run only
 * warns.
 *
 * @returns false if the answer is no
 * @throws Failure `input-rejected` if nobody can be asked
 */
export async function confirmForeignBundle(
  { terminal }: Pick<Tools, "terminal">,
  compared: ComparedBundle,
  { manifest, context }: { readonly manifest: Manifest; readonly context: string },
  { bundle, identity, only, allow = [], dryRun }: ForeignOptions,
): Promise<boolean> {
  if (allow.includes("other-tenant")) return true;
  const foreign = await detectForeignBundle(compared);
  if (foreign === undefined) return true;
  const { rows, records } = foreign;
  const { name } = manifest.tenant;
  const what = text(
    `the bundle of "${name}" (${rows} records) and ${context} (${records} records) have no record in common. Is this the bundle of another tenant?`,
    `「${name}」の引き継ぎデータの ${rows} 件は、${context} の ${records} 件のどれとも一致しません。別のテナントの引き継ぎデータではありませんか?`,
  );
  if (dryRun || terminal.interactive) await terminal.warn(what);
  if (dryRun) return true;
  if (terminal.interactive) {
    return terminal.prompts.confirm({
      message: text(
        `Make ${context} match the bundle of "${name}"?`,
        `${context} を「${name}」の引き継ぎデータと同じ状態にしますか?`,
      ),
      flag: "--allow other-tenant",
    });
  }
  const permitting = line("handover apply", [bundle], { only, identity, allow: "other-tenant" });
  throw new Failure("input-rejected", {
    what: text(`${what.en} Nothing was changed.`, `${what.ja} 何も変更していません`),
    where: bundle,
    hint: step(`if ${context} is the right tenant`, `適用先が ${context} で間違いなければ`, permitting),
  });
}
