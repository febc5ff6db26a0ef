import { PANEL_KINDS, type PanelKind } from "../../../src/lib/nouns/index.ts";
import { createExampleId } from "../examples.ts";
import type { HandoverFacts } from "../../../src/lib/handover/checklist/people.ts";
import type { Manifest } from "../../../src/lib/handover/bundle/manifest.ts";
import type { ReportData } from "../../../src/lib/handover/report/content.ts";
import { EMPTY_MANIFEST } from "./bundles.ts";

/** Builds the data of a report from facts. @param name the name of the tenant and of one organisation */
export function buildReportData(facts: HandoverFacts, name = "営業部"): ReportData {
  const sales = { id: createExampleId(401), code: null, path: name };
  const manifest: Manifest = {
    ...EMPTY_MANIFEST,
    tenant: { name, mirroredAt: null },
    asOf: "2026-11-23",
    resources: [],
  };
  const administrators = facts.administrators.map((one, at) =>
    at === 0 ? one : { ...one, role: "division" as const, managedOrgs: [sales], org: sales },
  );
  return {
    manifest,
    facts: { ...facts, administrators },
    shown: {
      ...(Object.fromEntries(PANEL_KINDS.map((kind) => [kind, 0])) as Record<PanelKind, number>),
      mirroredAt: null,
      administratorsKnown: [],
      consoleTasks: 0,
      orgs: 3,
      users: 19,
      devices: 41,
      secured: { browser: 0, docs: 0, mailer: 0, calendar: 0, contacts: 0 },
      profile: facts.tenant,
    },
  };
}
