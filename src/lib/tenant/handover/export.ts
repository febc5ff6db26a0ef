import type { Newline } from "../../csv/records/record.ts";
import { TENANT_FILE } from "../../handover/bundle/contents.ts";
import { RESOURCE_NAMES, pathOfResource, type ResourceName } from "../../handover/resources.ts";
import { LAST_PART, type ExportedParts } from "../results.ts";
import type { Session } from "../session.ts";
import { readListConfirmation } from "../accounts/administrator-rows.ts";
import { readAuditHead } from "../audit/records.ts";
import { buildConsoleFiles, type TalliedFile } from "./exports/csv.ts";
import { createTally, buildRecordLines, type Tally } from "./exports/records.ts";
import type { StreamPiece, Reader } from "../store/store.ts";
import { readTenantName, readMirroredAt } from "../records/tenant-rows.ts";

export interface HandoverRequest {
  /** true: only the records, neither CSV files nor `tenant.db`, a copy of the tenant without secrets */
  readonly recordsOnly?: boolean | undefined;
  /** line ending of the CSV files; default: crlf */
  readonly newline?: Newline | undefined;
}

export interface HandoverEnd {
  readonly tenant: string;
  /** time when the tenant's data last came from the console; null if never */
  readonly mirroredAt: string | null;
  /** true: somebody has recorded who administers the tenant */
  readonly administratorsKnown: boolean;
  /** number of records of each resource, and of each CSV file, in the order of the parts */
  readonly records: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, number>>;
  /** time of the last change of any of the records */
  readonly lastUpdatedAt: string | null;
  /** the last audit record; null if there is none */
  readonly auditHead: { readonly seq: number; readonly hash: string } | null;
}

const buildExportEnd = async (
  reader: Reader,
  tallies: ReadonlyMap<ResourceName, Tally>,
  files: readonly TalliedFile[],
): Promise<HandoverEnd> => {
  const dates = [...tallies.values()].flatMap(({ updatedAt }) => updatedAt ?? []);
  const head = await readAuditHead(reader);
  return {
    tenant: await readTenantName(reader),
    mirroredAt: await readMirroredAt(reader),
    administratorsKnown: (await readListConfirmation(reader, "users")).knownAt !== null,
    records: Object.fromEntries([...tallies].map(([name, { records }]) => [name, records])),
    files: Object.fromEntries(files.map(({ name, tally }) => [name, tally.records])),
    lastUpdatedAt: dates.toSorted().at(-1) ?? null,
    auditHead: head === undefined ? null : { seq: head.seq, hash: head.hash },
  };
};

/**
 * Exports the tenant from a single snapshot as the parts of a bundle: the records of each resource, the files for the
 * console, a copy of the tenant, and finally the totals. Nothing is written, not even an audit record, so that another
 * export has the same content. If the tenant changes between its copy and the snapshot, both are made again.
 */
export const exportAll = async (
  session: Session,
  { recordsOnly = false, newline = "crlf" }: HandoverRequest,
): Promise<ExportedParts<HandoverEnd>> => {
  const tallies = new Map(RESOURCE_NAMES.map((name): [ResourceName, Tally] => [name, createTally()]));
  const copy = recordsOnly ? undefined : await session.store.copy();
  let isOutdated = false;
  const content = await session.store.pieces(async (reader) => {
    const pieces: StreamPiece[] = [];
    // derived tables cannot be created while parts are being streamed
    for (const [name, tally] of tallies) {
      pieces.push({ name: pathOfResource(name), content: await buildRecordLines(reader, name, tally) });
    }
    const files = recordsOnly ? [] : await buildConsoleFiles(reader, newline);
    pieces.push(...files);
    if (copy !== undefined) pieces.push({ name: TENANT_FILE, content: copy });
    isOutdated = copy !== undefined && (await readAuditHead(reader))?.hash !== copy.auditHead?.hash;
    pieces.push({
      name: LAST_PART,
      content: async (own) => `${JSON.stringify(await buildExportEnd(own, tallies, files))}\n`,
    });
    return pieces;
  });
  if (isOutdated) {
    await content.cancel();
    return exportAll(session, { recordsOnly, newline });
  }
  return { content };
};
