import { ROOT_ORG_ID } from "../../../src/lib/model/organisation.ts";
import { createExampleId } from "../../../src/lib/model/thing.ts";
import type { HandoverFacts } from "../../../src/lib/handover/checklist/facts.ts";
import type { Manifest } from "../../../src/lib/handover/bundle/manifest.ts";
import type { ReportData } from "../../../src/lib/handover/report/data.ts";
import { RESOURCE_NAMES } from "../../../src/lib/handover/resources.ts";
import { EMPTY_MANIFEST } from "./bundles.ts";

const SALES_ID = createExampleId(401);

/**
 * Builds the data of a report: organisations and a manifest around facts.
 *
 * @param name the name of the tenant and of one organisation
 */
export function buildReportData(facts: HandoverFacts, name = "営業部"): ReportData {
  const orgs = [
    { id: ROOT_ORG_ID, name: "全社", parentId: null },
    { id: SALES_ID, name, parentId: ROOT_ORG_ID },
    { id: createExampleId(402), name: "第一課", parentId: SALES_ID },
  ];
  const counts: Readonly<Record<string, number>> = { users: 19, devices: 41, orgs: orgs.length };
  const manifest: Manifest = {
    ...EMPTY_MANIFEST,
    tenant: { name, mirroredAt: null },
    asOf: "2026-11-23",
    resources: RESOURCE_NAMES.map((resource) => ({ name: resource, records: counts[resource] ?? 0 })),
  };
  const administrators = facts.administrators.map((one, at) =>
    at === 0 ? one : ({ ...one, role: "division", managedOrgIds: [SALES_ID], orgId: SALES_ID } as const),
  );
  return { manifest, facts: { ...facts, administrators }, orgs, administratorsUnasked: false };
}
