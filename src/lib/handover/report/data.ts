import { Buffer } from "node:buffer";
import { z } from "zod";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { EMPTY_TENANT_PROFILE } from "../../model/tenant.ts";
import { findTimeZone } from "../../model/time.ts";
import { markRejectedItem, type AdeTokenState } from "../../renewals/rejection.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { HandoverFacts } from "../checklist/facts.ts";
import type { Manifest } from "../bundle/manifest.ts";
import { SUMMARY_FILE, pathOfResource, type RESOURCES, type ResourceName } from "../resources.ts";

/**
 * Resources whose records a report reads (only the first tasks are read). Resources that may have up to a million
 * records are only counted.
 */
export const REPORT_RESOURCES = [
  "tenant",
  "account-settings",
  "orgs",
  "schemes",
  "administrators",
  "ade-server",
  "ade-profiles",
  "push-certificate",
  "vpp-tokens",
  "renewals",
  "answers",
  "console-tasks",
] as const satisfies readonly ResourceName[];

export type ReportResource = (typeof REPORT_RESOURCES)[number];

export type ResourceRecord<N extends ResourceName> = RecordOf<(typeof RESOURCES)[N]["fields"]>;

const CountShape = z.int().min(0);

/** Creates the shape of record counts grouped by a field; null stands for records without a value in the field. */
const createGroupedCountsShape = <By extends string>(by: By) =>
  z.array(
    z.object({ [by]: z.string().nullable(), records: CountShape } as { [K in By]: z.ZodNullable<z.ZodString> } & {
      records: typeof CountShape;
    }),
  );

/**
 * The shape of `summary.json`: counts made while a bundle is written. A member is missing if the bundle lacks its
 * resource.
 */
const SummaryShape = z.object({
  users: z.object({ byOrg: createGroupedCountsShape("orgId"), withAccountName: CountShape }).optional(),
  accounts: z.object({ byRole: createGroupedCountsShape("role") }).optional(),
  "secured-users": z.object({ byApp: createGroupedCountsShape("app") }).optional(),
  devices: z
    .object({
      byStatus: createGroupedCountsShape("status"),
      byPlatform: createGroupedCountsShape("platform"),
      byOrg: createGroupedCountsShape("orgId"),
    })
    .optional(),
});

export type BundleSummary = z.infer<typeof SummaryShape>;

/** The data that a report is built from. */
export interface ReportData {
  readonly manifest: Manifest;
  readonly records: { readonly [N in ReportResource]: readonly ResourceRecord<N>[] };
  readonly summary: BundleSummary;
}

/** Returns true if a report reads this file of a bundle. */
export const isReportFile = (path: string): boolean =>
  path === SUMMARY_FILE || REPORT_RESOURCES.some((name) => path === pathOfResource(name));

/** Maximum number of open console tasks that a report keeps: one more than the highest number that it shows exactly. */
export const MAX_REPORT_TASKS = 1001;

const TASKS_FILE = pathOfResource("console-tasks");
const NEWLINE = 0x0a;

/**
 * Collects what a report needs from a file that {@link isReportFile} accepts: the whole content, or the first console
 * tasks.
 */
export class ReportFileBuffer {
  readonly #chunks: Buffer[] = [];
  readonly #isPicked: boolean;
  #lines = 0;
  /** the beginning of a line that is not complete yet */
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#isPicked = path === TASKS_FILE;
  }

  add(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk);
    if (!this.#isPicked) this.#chunks.push(bytes);
    else if (this.#lines < MAX_REPORT_TASKS) this.#pick(Buffer.concat([this.#rest, bytes]));
  }

  #pick(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      const line = bytes.subarray(from, end + 1);
      from = end + 1;
      if (this.#lines === MAX_REPORT_TASKS) break;
      this.#chunks.push(Buffer.from(line));
      this.#lines += 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
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
 * @throws Failure `input-rejected` if another file is not in the form that an export writes
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
  summary: parseBundleJson(SummaryShape, SUMMARY_FILE, files.get(SUMMARY_FILE) ?? "{}"),
});

/** Parses a JSON file. @throws Failure `input-rejected` if the content is not in the format of an exported file */
function parseBundleJson<S extends z.ZodType>(shape: S, where: string, json: string): z.output<S> {
  const fits = (): z.ZodSafeParseResult<z.output<S>> | undefined => {
    try {
      return shape.safeParse(JSON.parse(json));
    } catch {
      return undefined;
    }
  };
  const result = fits();
  if (result?.success === true) return result.data;
  throw new Failure("input-rejected", {
    what: text("this file is not in the format of an exported file", "書き出したファイルの形式ではありません"),
    where,
    hint: text(
      "the bundle was altered or damaged: use another copy, or export it again",
      "引き継ぎデータが変更されたか壊れています。別のコピーを使うか、もう一度書き出してください",
    ),
  });
}

/**
 * The resources that the checklist requires. If one of them is missing, the checklist would report gaps that may not
 * exist.
 */
const CHECKLIST_RESOURCES: readonly ResourceName[] = ["tenant", "administrators", "renewals", "answers"];

/** Returns the resources that the checklist requires and the bundle lacks. */
export const listMissingChecklistResources = ({ manifest }: Pick<ReportData, "manifest">): readonly ResourceName[] =>
  CHECKLIST_RESOURCES.filter((name) =>
    manifest.resources.every((one) => one.name !== name || (one.state !== "exported" && one.state !== "empty")),
  );

/** Returns the facts for the checklist from the data of a bundle. */
export const toHandoverFacts = ({
  manifest,
  records,
}: Pick<ReportData, "manifest" | "records">): HandoverFacts => ({
  tenant: records.tenant[0] ?? EMPTY_TENANT_PROFILE,
  administrators: records.administrators,
  renewals: markRejectedItem(records.renewals, findServerToken({ manifest, records })),
  pushCertificate: records["push-certificate"][0] ?? null,
  adeServer: records["ade-server"][0] ?? null,
  vppTokens: records["vpp-tokens"],
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
