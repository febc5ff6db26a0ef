import { ROOT_ORG_ID } from "../../../src/lib/model/organisation.ts";
import { createExampleId, buildExampleRecord } from "../../../src/lib/model/thing.ts";
import type { HandoverFacts } from "../../../src/lib/handover/checklist/facts.ts";
import type { Manifest } from "../../../src/lib/handover/bundle/manifest.ts";
import { REPORT_RESOURCES, type ResourceRecord, type ReportData } from "../../../src/lib/handover/report/data.ts";
import { resourceOf, RESOURCE_NAMES, RESOURCES } from "../../../src/lib/handover/resources.ts";
import { EMPTY_MANIFEST } from "./bundles.ts";

const createOrg = (id: string, name: string, parentId: string | null): ResourceRecord<"orgs"> => ({
  ...buildExampleRecord(RESOURCES.orgs.fields),
  id,
  name,
  code: null,
  parentId,
});

const SALES_ID = createExampleId(401);

/**
 * Builds the data of a report: organisations and a manifest around facts.
 *
 * @param name the name of the tenant and of one organisation
 */
export function buildReportData(facts: HandoverFacts, name = "営業部"): ReportData {
  const orgs = [
    createOrg(ROOT_ORG_ID, "全社", null),
    createOrg(SALES_ID, name, ROOT_ORG_ID),
    createOrg(createExampleId(402), "第一課", SALES_ID),
  ];
  const counts: Readonly<Record<string, number>> = { users: 19, devices: 41, orgs: orgs.length };
  const manifest: Manifest = {
    ...EMPTY_MANIFEST,
    tenant: { name, mirroredAt: null },
    asOf: "2026-11-23",
    resources: RESOURCE_NAMES.map((resource) => ({
      name: resource,
      records: counts[resource] ?? 0,
      sha256: null,
      leftOut: [...(resourceOf(resource).leftOut ?? [])],
    })),
  };
  const records: ReportData["records"] = {
    ...(Object.fromEntries(REPORT_RESOURCES.map((resource) => [resource, []])) as unknown as ReportData["records"]),
    tenant: [{ id: "tenant", ...facts.tenant }],
    orgs,
    administrators: facts.administrators.map((one, at) =>
      at === 0 ? one : { ...one, role: "division", managedOrgIds: [SALES_ID], orgId: SALES_ID },
    ),
    renewals: facts.renewals,
    answers: facts.answers,
  };
  return { manifest, records };
}
