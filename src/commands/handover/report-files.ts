import { renderPage } from "../../lib/document/page.ts";
import { filterGaps } from "../../lib/handover/checklist/index.ts";
import { BUNDLE_SCHEMA_VERSION, type Manifest } from "../../lib/handover/bundle/manifest.ts";
import { buildBundleChecklist, buildReport, type ReportData } from "../../lib/handover/report/content.ts";
import type { Language } from "../../lib/text/index.ts";
import {
  collectHandoverFacts,
  type HandoverTenant,
  collectLeaverRecords,
  resolvePerson,
  type TypedLeaver,
} from "./facts.ts";

export async function buildBareManifest(
  client: HandoverTenant["client"],
  about: Pick<Manifest, "program" | "asOf" | "language" | "resources">,
): Promise<Manifest> {
  const { name, mirroredAt, profile } = await client.tenant.show();
  const [last] = await Array.fromAsync(client.audit.list({ limit: 1 }));
  const lastUpdatedAt = typeof last?.record === "object" ? last.record.at : null;
  const tenant = { name: profile?.domain ?? name, mirroredAt };
  return { schema: BUNDLE_SCHEMA_VERSION, tenant, lastUpdatedAt, ...about };
}

export async function collectReportData(
  client: HandoverTenant["client"],
  manifest: Manifest,
  leaver: TypedLeaver | undefined,
): Promise<ReportData> {
  const facts = await collectHandoverFacts({ client });
  const known = { facts, shown: await client.tenant.show() };
  const { person: recorded, leaves: last } = manifest.leaver ?? {};
  const typed = leaver?.typed ?? recorded;
  if (typed === undefined) return { manifest, ...known };
  const person = await resolvePerson({ client }, facts, typed);
  const leaves = (leaver === undefined ? last : leaver.leaves) ?? null;
  return {
    manifest: { ...manifest, leaver: { person: person.account ?? person.words.at(-1) ?? typed, leaves } },
    ...known,
    leaver: { person, records: await collectLeaverRecords({ client }, person) },
  };
}

export const findGaps = (data: ReportData) => filterGaps(buildBundleChecklist(data));

export const renderReport = (data: ReportData, language: Language): string => renderPage(buildReport(data), language);
