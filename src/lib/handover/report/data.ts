import type { PanelKind } from "../../nouns/index.ts";
import type { MirrorCounts } from "../../model/mirror.ts";
import type { TenantProfile } from "../../nouns/tenant.ts";
import { findTimeZone } from "../../model/time.ts";
import type { HandoverFacts } from "../checklist/facts.ts";
import type { LeaverRecords } from "../checklist/leaver.ts";
import type { Person } from "../checklist/people.ts";
import type { Manifest } from "../bundle/manifest.ts";

export interface ReportData {
  readonly manifest: Manifest;
  readonly facts: HandoverFacts;
  readonly shown: MirrorCounts &
    Readonly<Record<"consoleTasks" | PanelKind, number>> & { readonly administratorsKnown: readonly string[] };
  readonly leaver?: { readonly person: Person; readonly records: LeaverRecords } | undefined;
}

const DEFAULT_REPORT_TIMEZONE = "Asia/Tokyo";

export const resolveReportTimezone = ({ consoleTimezone }: Pick<TenantProfile, "consoleTimezone">): string =>
  findTimeZone(consoleTimezone ?? DEFAULT_REPORT_TIMEZONE) ?? DEFAULT_REPORT_TIMEZONE;
