import { line, step } from "../../lib/advice/index.ts";
import type { RestorePlan } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Manifest } from "../../lib/handover/bundle/manifest.ts";
import { asBundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { resourceOf, type ResourceName, type TravellingName } from "../../lib/handover/resources.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { comparisonKey } from "../../lib/model/normalise.ts";
import type { Fields } from "../../lib/model/thing.ts";
import { USER } from "../../lib/model/user.ts";
import { foreignBy } from "../../lib/rules/import-file.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { ChosenTenant, Tools } from "../tools.ts";

/** Numbers of records of a bundle, of a tenant, and of both by their ids. */
interface RecordCounts {
  readonly rows: number;
  readonly records: number;
  readonly both: number;
}

/** Counts the records of a bundle and of a tenant. */
function countRecords({ resources }: RestorePlan): RecordCounts {
  const counts = { rows: 0, records: 0, both: 0 };
  for (const { name, added, changed, removed, unchanged } of resources) {
    // every tenant has the one record of these, and 全社; states are of records that are counted
    if (resourceOf(name as ResourceName).single === true || name === "observed") continue;
    const everywhere = name === "orgs" ? 1 : 0;
    const both = Math.max(0, changed + unchanged - everywhere);
    counts.rows += added + both;
    counts.records += removed + both;
    counts.both += both;
  }
  return counts;
}

type Client = ChosenTenant<"users" | "devices">["client"];

/** The things that are recognised by what they are called elsewhere, too: a mirror that is set up anew has other ids. */
const RECOGNISED = [
  { resource: "users", ...USER, list: ({ users }: Client) => users.list() },
  { resource: "devices", ...DEVICE, list: ({ devices }: Client) => devices.list() },
] as const;

type KeySource = (typeof RECOGNISED)[number];

/** Returns the values of a record that no other record has, in the form in which they are compared. */
function uniqueKeys({ keys, fields }: KeySource, record: Readonly<Record<string, unknown>>): readonly string[] {
  return keys
    .filter(({ unique }) => unique)
    .flatMap(({ field }) => {
      const comparison = (fields as Fields)[field]?.comparison ?? "exact";
      const values = [record[field]].flat();
      return values.filter((value) => typeof value === "string").map((value) => comparisonKey(comparison, value));
    });
}

/** Returns whether the tenant has a person or a device of a bundle, whatever its id. */
async function sharesKey(client: Client, files: BundleFiles): Promise<boolean> {
  const bundle = await asBundle(files);
  for (const thing of RECOGNISED) {
    const keys = new Set<string>();
    for await (const records of bundle.records(thing.resource)) {
      for (const record of records) for (const key of uniqueKeys(thing, record)) keys.add(key);
    }
    if (keys.size === 0) continue;
    for await (const record of thing.list(client)) {
      if (uniqueKeys(thing, record).some((key) => keys.has(key))) return true;
    }
  }
  return false;
}

/** Returns whose a bundle is, and of which day, behind the tenant to which it is applied. */
export const describeTarget = (context: string, { tenant, asOf }: Pick<Manifest, "tenant" | "asOf">): Text =>
  text(
    `${context}, from the bundle of "${tenant.name}" as of ${asOf}`,
    `${context}(引き継ぎデータ:「${tenant.name}」、基準日 ${asOf})`,
  );

/** What a person typed besides the bundle. */
interface ForeignOptions {
  readonly bundle: string;
  readonly identity: string | undefined;
  readonly only: readonly TravellingName[];
  readonly allow: readonly "other-tenant"[] | undefined;
  readonly dryRun: boolean;
}

/** A bundle and the tenant it is applied to. */
interface ComparedBundle {
  readonly client: Client;
  readonly files: BundleFiles;
  /** what applying the chosen resources would do */
  readonly plan: RestorePlan;
  /** Compares all that the bundle has, whatever is chosen. */
  readonly compareAll: () => Promise<RestorePlan>;
}

/** Returns how many records a bundle and a tenant have if none is in both, so that it looks like another tenant's. */
async function findForeign({ client, files, plan, compareAll }: ComparedBundle): Promise<RecordCounts | undefined> {
  if (countRecords(plan).both > 0) return undefined;
  const counts = countRecords(await compareAll());
  const { rows, records, both } = counts;
  const facts = { records, matches: both > 0, isNumbered: false, sharesName: undefined, sharesDomain: undefined };
  if (foreignBy({ before: undefined, after: { mode: "replace", rows }, facts }) === undefined) return undefined;
  return (await sharesKey(client, files)) ? undefined : counts;
}

/**
 * Asks whether a bundle is meant that looks like another tenant's. `--yes` does not answer this; a dry run only warns.
 *
 * @returns false if the answer is no
 * @throws Failure `input-rejected` where nobody can be asked
 */
export async function mayBeForeignBundle(
  { terminal }: Pick<Tools, "terminal">,
  compared: ComparedBundle,
  { manifest, context }: { readonly manifest: Manifest; readonly context: string },
  { bundle, identity, only, allow = [], dryRun }: ForeignOptions,
): Promise<boolean> {
  if (allow.includes("other-tenant")) return true;
  const foreign = await findForeign(compared);
  if (foreign === undefined) return true;
  const { rows, records } = foreign;
  const { name } = manifest.tenant;
  const what = text(
    `none of the ${rows} records of the bundle of "${name}" is one of the ${records} records of ${context}. Is this the bundle of another tenant?`,
    `「${name}」の引き継ぎデータの ${rows} 件は、${context} の ${records} 件のどれとも一致しません。別のテナントの引き継ぎデータではありませんか?`,
  );
  if (dryRun || terminal.interactive) await terminal.warn(what);
  if (dryRun) return true;
  if (terminal.interactive) {
    return terminal.prompts.confirm({
      message: text(
        `Make ${context} like the bundle of "${name}"?`,
        `${context} を「${name}」の引き継ぎデータと同じ状態にしますか?`,
      ),
      flag: "--allow other-tenant",
    });
  }
  const permitting = line("handover apply", [bundle], { only, identity, allow: "other-tenant" });
  throw new Failure("input-rejected", {
    what: text(`${what.en} Nothing was changed`, `${what.ja} 何も変更していません`),
    where: bundle,
    hint: step(`if ${context} is the right tenant`, `適用先が ${context} で間違いなければ`, permitting),
  });
}
