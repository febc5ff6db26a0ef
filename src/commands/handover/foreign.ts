import { line } from "../../lib/advice/line.ts";
import type { RestorePlan } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Manifest } from "../../lib/handover/bundle/manifest.ts";
import { resourceOf, type ResourceName, type TravellingName } from "../../lib/handover/resources.ts";
import { foreignBy } from "../../lib/rules/import-file.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** Counts the records of a bundle and of a tenant, and those that are in both by their ids. */
function countRecords({ resources }: Pick<RestorePlan, "resources">): { rows: number; records: number; both: number } {
  const counts = { rows: 0, records: 0, both: 0 };
  for (const { name, added, changed, removed, unchanged } of resources) {
    // every tenant has the one record of these, and 全社
    if (resourceOf(name as ResourceName).single === true) continue;
    const everywhere = name === "orgs" ? 1 : 0;
    const both = Math.max(0, changed + unchanged - everywhere);
    counts.rows += added + both;
    counts.records += removed + both;
    counts.both += both;
  }
  return counts;
}

/** Returns whether a bundle looks like another tenant's: none of its records is one of the tenant's. */
function isForeignBundle(plan: Pick<RestorePlan, "resources">): boolean {
  const { rows, records, both } = countRecords(plan);
  return (
    foreignBy({
      before: undefined,
      after: { mode: "replace", rows },
      facts: { records, matches: both > 0, sharesDomain: undefined },
    }) !== undefined
  );
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

/**
 * Asks whether a bundle is meant that looks like another tenant's. `--yes` does not answer this; a dry run only warns.
 *
 * @returns false if the answer is no
 * @throws Failure `input-rejected` where nobody can be asked
 */
export async function mayBeForeignBundle(
  { terminal }: Pick<Tools, "terminal">,
  { plan, manifest, context }: { readonly plan: RestorePlan; readonly manifest: Manifest; readonly context: string },
  { bundle, identity, only, allow = [], dryRun }: ForeignOptions,
): Promise<boolean> {
  if (allow.includes("other-tenant") || !isForeignBundle(plan)) return true;
  const { rows, records } = countRecords(plan);
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
    hint: text(
      `if ${context} is the right tenant: ${permitting}`,
      `適用先が ${context} で間違いなければ: ${permitting}`,
    ),
  });
}
