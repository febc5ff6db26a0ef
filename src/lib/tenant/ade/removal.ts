import { line } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { UNCONFIRMED_REMOVAL_LIMITS } from "../../model/ade.ts";
import { MAX_DELETIONS_BY_SHARE } from "../../model/import.ts";
import { formatCount, text } from "../../text/index.ts";

export interface RemovalRequest {
  readonly confirmDeletions?: number | undefined;
  /** maximum number of devices that a full sync removes; `percent` is a share of the devices before the sync */
  readonly maxDeletions?: { readonly count?: number | undefined; readonly percent?: number | undefined } | undefined;
}

/** More devices are missing from a fetch than may be removed without confirmation. */
export class MissingDevices extends Error {
  readonly count: number;

  constructor(count: number) {
    super(`${count} devices are missing`);
    this.count = count;
  }
}

/** @throws {@link MissingDevices}; Failure `input-rejected` if another number was confirmed */
export const checkRemoval = (
  missing: number,
  before: number,
  { confirmDeletions: confirmed, maxDeletions }: RemovalRequest,
): void => {
  if (confirmed !== undefined && confirmed !== missing) throw createCountMismatchFailure(missing, confirmed);
  if (confirmed === undefined && missing > countRemovable(before, maxDeletions)) throw new MissingDevices(missing);
};

const countRemovable = (before: number, limit: RemovalRequest["maxDeletions"]): number => {
  const share = (percent: number): number => (before * percent) / 100;
  if (limit === undefined) return Math.max(UNCONFIRMED_REMOVAL_LIMITS.count, share(UNCONFIRMED_REMOVAL_LIMITS.percent));
  const { count = Number.POSITIVE_INFINITY, percent } = limit;
  return Math.min(count, percent === undefined ? count : Math.min(share(percent), MAX_DELETIONS_BY_SHARE));
};

const createCountMismatchFailure = (missing: number, confirmed: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `${formatCount(missing, "device")} would be removed, but the confirmed number is ${confirmed}; nothing was changed`,
      `なくなるデバイスは ${missing} 台ですが、確認された台数は ${confirmed} 台です。何も変更していません`,
    ),
    where: "--confirm-deletions",
  });

export const SYNC_CONFLICT_FAILURE = new Failure("conflict", {
  what: text(
    "another process synced or changed the token, key or endpoint meanwhile; nothing was changed",
    "その間に別の同期、またはトークン・鍵・接続先の変更があったため、何も変更していません",
  ),
  hint: text(`${line("ade status", [])}`, `${line("ade status", [])} で確認してください`),
});
