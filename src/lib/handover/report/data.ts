import type { MirrorGaps } from "../../model/mirror.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import { findTimeZone } from "../../model/time.ts";
import type { HandoverFacts } from "../checklist/facts.ts";
import type { LeaverRecords } from "../checklist/leaver.ts";
import type { Person } from "../checklist/people.ts";
import type { Manifest } from "../bundle/manifest.ts";

export type CountedResource = "orgs" | "users" | "devices" | "secured-users";

export interface ReportData {
  readonly manifest: Manifest;
  readonly facts: HandoverFacts;
  /** true if nobody has confirmed whether a mirror has administrators other than those recorded */
  readonly administratorsUnasked: boolean;
  /** numbers of records, without the root of the organisations */
  readonly counts: Readonly<Record<CountedResource, number>>;
  /** which of them were not imported from the console */
  readonly missing: MirrorGaps;
  /** number of open tasks in the console */
  readonly consoleTasks: number;
  /** the leaver that the manifest names; undefined if it names nobody */
  readonly leaver?: { readonly person: Person; readonly records: LeaverRecords } | undefined;
}

const DEFAULT_ZONE = "Asia/Tokyo";

/** Returns the time zone in which a report counts days: the time zone of the console, as recorded in the tenant. */
export const resolveReportZone = ({ consoleTimezone }: Pick<TenantProfile, "consoleTimezone">): string =>
  findTimeZone(consoleTimezone ?? DEFAULT_ZONE) ?? DEFAULT_ZONE;
