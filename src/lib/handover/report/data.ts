import { Buffer } from "node:buffer";
import { EMPTY_TENANT_PROFILE } from "../../model/tenant.ts";
import { findTimeZone } from "../../model/time.ts";
import { markRejectedItem, type AdeTokenState } from "../../renewals/rejection.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { HandoverFacts } from "../checklist/facts.ts";
import type { Manifest } from "../bundle/manifest.ts";
import { pathOfResource, type RESOURCES, type ResourceName } from "../resources.ts";

/**
 * Resources whose records a report reads. Resources that may have up to a million
 * records are only counted.
 */
export const REPORT_RESOURCES = [
  "tenant",
  "account-settings",
  "orgs",
  "schemes",
  "administrators",
  "ade-server",
  "renewals",
  "answers",
] as const satisfies readonly ResourceName[];

export type ReportResource = (typeof REPORT_RESOURCES)[number];

export type ResourceRecord<N extends ResourceName> = RecordOf<(typeof RESOURCES)[N]["fields"]>;

export interface ReportData {
  readonly manifest: Manifest;
  readonly records: { readonly [N in ReportResource]: readonly ResourceRecord<N>[] };
}

/** Returns true if a report reads this file of a bundle. */
export const isReportFile = (path: string): boolean => REPORT_RESOURCES.some((name) => path === pathOfResource(name));

/** Collects what a report needs from a file that {@link isReportFile} accepts. */
export class ReportFileBuffer {
  readonly #chunks: Buffer[] = [];

  add(chunk: Uint8Array): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  /** Returns the collected content, decoded from UTF-8. */
  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/**
 * Builds the data of a report from the files that {@link isReportFile} accepts. A missing file counts as a file without
 * records.
 *
 * @param files contents by path, UTF-8; the records must come from a verified bundle, or from a bundle that is being
 * written
 */
export const parseReportData = (manifest: Manifest, files: ReadonlyMap<string, string>): ReportData => ({
  manifest,
  records: Object.fromEntries(
    REPORT_RESOURCES.map((name) => [
      name,
      (files.get(pathOfResource(name)) ?? "")
        .split("\n")
        .flatMap((line): unknown[] => (line === "" ? [] : [JSON.parse(line)])),
    ]),
  ) as unknown as ReportData["records"],
});

export const toHandoverFacts = ({ manifest, records }: Pick<ReportData, "manifest" | "records">): HandoverFacts => ({
  tenant: records.tenant[0] ?? EMPTY_TENANT_PROFILE,
  administrators: records.administrators,
  renewals: markRejectedItem(records.renewals, findServerToken({ manifest, records })),
  adeServer: records["ade-server"][0] ?? null,
  answers: records.answers,
});

/** Returns what a bundle contains about the ADE server token; undefined if it contains nothing. */
const findServerToken = ({
  manifest,
  records,
}: Pick<ReportData, "manifest" | "records">): AdeTokenState | undefined => {
  const [server] = records["ade-server"];
  const mirror = manifest.tenant.mirroredAt !== null;
  return server && { mirror, token: { rejectedAt: server.tokenRejectedAt, renewal: server.renewalId } };
};

const DEFAULT_ZONE = "Asia/Tokyo";

/** Returns the time zone in which a report counts days: the time zone of the console, as recorded in the tenant. */
export const resolveReportZone = ({ records }: Pick<ReportData, "records">): string =>
  findTimeZone(records.tenant[0]?.consoleTimezone ?? DEFAULT_ZONE) ?? DEFAULT_ZONE;
