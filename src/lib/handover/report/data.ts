import { Buffer } from "node:buffer";
import { z } from "zod";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { UNSAID } from "../../model/tenant.ts";
import { zoneNamed } from "../../model/time.ts";
import { withRejection, type HeldToken } from "../../renewals/rejection.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { ClomoctlFacts, HandoverFacts } from "../checklist/facts.ts";
import type { Manifest } from "../bundle/manifest.ts";
import { SUMMARY, pathOfResource, type RESOURCES, type ResourceName } from "../resources.ts";

/** The resources whose records a report reads; of those that may have a million only the counts, of tasks only some. */
export const READ_RESOURCES = [
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

export type ReadResource = (typeof READ_RESOURCES)[number];

export type RecordIn<N extends ResourceName> = RecordOf<(typeof RESOURCES)[N]["fields"]>;

const Count = z.int().min(0);

/** How many records there are by something; null where a record says nothing. */
const counts = <By extends string>(by: By) =>
  z.array(
    z.object({ [by]: z.string().nullable(), records: Count } as { [K in By]: z.ZodNullable<z.ZodString> } & {
      records: typeof Count;
    }),
  );

/** `summary.json`: what is counted while a bundle is made. A member is missing where its resource is. */
const SummaryShape = z.object({
  users: z.object({ byOrg: counts("orgId"), withAccountName: Count }).optional(),
  accounts: z.object({ byRole: counts("role") }).optional(),
  "secured-users": z.object({ byApp: counts("app") }).optional(),
  devices: z.object({ byStatus: counts("status"), byPlatform: counts("platform"), byOrg: counts("orgId") }).optional(),
});

export type Summary = z.infer<typeof SummaryShape>;

const words = z.string().nullable();

/** `clomoctl.json`: the machine that wrote a bundle. */
const ClomoctlShape = z
  .object({
    machine: words,
    user: words,
    home: z.string(),
    runs: z
      .array(
        z.object({
          way: z.string(),
          at: words.optional(),
          timezone: words.optional(),
          lastRunAt: z.iso.datetime().nullable(),
          late: z.boolean().optional(),
        }),
      )
      .nullable(),
    recipients: z.array(z.object({ way: z.string(), name: z.string(), address: words })),
    mailAccount: words,
    withheld: z.enum(["not-permitted", "out-of-scope"]).optional(),
  })
  .nullable();

/** What a report is made of. */
export interface ReportData {
  readonly manifest: Manifest;
  readonly records: { readonly [N in ReadResource]: readonly RecordIn<N>[] };
  readonly summary: Summary;
  /** the machine that wrote the bundle; null where that is not told */
  readonly clomoctl: ClomoctlFacts | null;
}

/** The path of what the machine tells of itself. */
export const CLOMOCTL = "clomoctl.json";

/** Whether a file of a bundle is read for its report. */
export const isRead = (path: string): boolean =>
  path === SUMMARY || path === CLOMOCTL || READ_RESOURCES.some((name) => path === pathOfResource(name));

/** Open tasks of the console that are kept for a report: one more than it can count. */
export const MAX_TASKS = 1001;

const TASKS = pathOfResource("console-tasks");
const NEWLINE = 0x0a;

/** What is kept of a file that {@link isRead}, as it comes: all of it, but of the console's tasks the first. */
export class KeptFile {
  readonly #chunks: Buffer[] = [];
  readonly #isPicked: boolean;
  #lines = 0;
  /** the beginning of a line whose end is to come */
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#isPicked = path === TASKS;
  }

  add(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk);
    if (!this.#isPicked) this.#chunks.push(bytes);
    else if (this.#lines < MAX_TASKS) this.#pick(Buffer.concat([this.#rest, bytes]));
  }

  #pick(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      const line = bytes.subarray(from, end + 1);
      from = end + 1;
      if (this.#lines === MAX_TASKS) break;
      this.#chunks.push(Buffer.from(line));
      this.#lines += 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
  }

  /** UTF-8, decoded */
  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/**
 * What a report is made of, from the files that {@link isRead}; a missing one has no records.
 *
 * @param files their contents by path, UTF-8; records are those of bundles that were verified, or are being written
 * @throws Failure `input-rejected` where the other files are not as an export writes them
 */
export const reportData = (manifest: Manifest, files: ReadonlyMap<string, string>): ReportData => ({
  manifest,
  records: Object.fromEntries(
    READ_RESOURCES.map((name) => [
      name,
      (files.get(pathOfResource(name)) ?? "")
        .split("\n")
        .flatMap((line): unknown[] => (line === "" ? [] : [JSON.parse(line)])),
    ]),
  ) as unknown as ReportData["records"],
  summary: parsed(SummaryShape, SUMMARY, files.get(SUMMARY) ?? "{}"),
  clomoctl: parsed(ClomoctlShape, CLOMOCTL, files.get(CLOMOCTL) ?? "null"),
});

/** @throws Failure `input-rejected` for what an export does not write */
function parsed<S extends z.ZodType>(shape: S, where: string, json: string): z.output<S> {
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
    what: text("this file is not as an export writes it", "エクスポートが書き出す形式ではありません"),
    where,
    hint: text(
      "the bundle was altered or damaged: take another copy, or export it again",
      "引き継ぎデータが変更されたか壊れています。別のコピーを使うか、もう一度書き出してください",
    ),
  });
}

/** What the checklist cannot do without: with one of them missing it would find what is not so. */
const NEEDED: readonly ResourceName[] = ["tenant", "administrators", "renewals", "answers"];

/** The resources that are missing for a checklist. */
export const missingForChecklist = ({ manifest }: Pick<ReportData, "manifest">): readonly ResourceName[] =>
  NEEDED.filter((name) =>
    manifest.resources.every((one) => one.name !== name || (one.state !== "exported" && one.state !== "empty")),
  );

/** What the checklist is made of, by a bundle. */
export const factsOf = ({
  manifest,
  records,
  clomoctl,
}: Pick<ReportData, "manifest" | "records" | "clomoctl">): HandoverFacts => ({
  tenant: records.tenant[0] ?? UNSAID,
  administrators: records.administrators,
  renewals: withRejection(records.renewals, heldToken({ manifest, records })),
  pushCertificate: records["push-certificate"][0] ?? null,
  adeServer: records["ade-server"][0] ?? null,
  vppTokens: records["vpp-tokens"],
  answers: records.answers,
  clomoctl,
});

/** The server token, as far as a bundle tells of it. */
const heldToken = ({ manifest, records }: Pick<ReportData, "manifest" | "records">): HeldToken | undefined => {
  const [server] = records["ade-server"];
  const mirror = manifest.tenant.mirroredAt !== null;
  return server && { mirror, token: { rejectedAt: server.tokenRejectedAt, renewal: server.renewalId } };
};

const USUAL_ZONE = "Asia/Tokyo";

/** The zone in which a report counts days: the console's, as the tenant records it. */
export const zoneOfReport = ({ records }: Pick<ReportData, "records">): string =>
  zoneNamed(records.tenant[0]?.consoleTimezone ?? USUAL_ZONE) ?? USUAL_ZONE;
