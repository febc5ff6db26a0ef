import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import type { FormatName } from "../../model/console-files.ts";
import type { UndoneChange } from "./engine.ts";
import type { DeletionSelection, PlanCounts } from "./staging/counts.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { describeBlockedRecord } from "../../model/undo.ts";
import { formatCount, joinTexts, same, text } from "../../text/index.ts";
import { checkDeletionRequest } from "./check-request.ts";
import { completeRequest, type StoredRequest } from "./request.ts";
import type { ChoiceName, RecordList } from "../store/lists.ts";
import { getFilterList } from "./selection.ts";

export interface DeletionRequest extends Omit<DeletionSelection, "by"> {
  readonly kind: FormatName;
  readonly ids?: readonly string[] | undefined;
  /** for organisations: also everything below them, with the users; the plan's `beside` has the number of users */
  readonly recursive?: boolean | undefined;
  /** how the caller identified the records; shown as the file name of the import */
  readonly called?: string | undefined;
}

/**
 * Resolves a deletion request. A request without ids or filters is refused, so that it never deletes all records by
 * mistake.
 *
 * @throws Failure `usage` if the request has both ids and filters, or neither, a filter that the list of the kind does
 * not have, or `direct` without an organisation; `input-rejected` if it names 全社, or a value is not possible
 */
export const resolveDeletion = (asked: DeletionRequest) => {
  checkDeletionRequest(asked);
  const { kind, ids, recursive = false, called = "", ...filters } = asked;
  if (filters.direct === true && filters.org === undefined) throw UNSUPPORTED_FILTER_FAILURE;
  const given = Object.values(filters).some((value) => value !== undefined);
  if (given === (ids !== undefined) || ids?.length === 0) throw IDS_OR_FILTERS_FAILURE;
  const list = getFilterList(kind);
  const isSupported =
    ids === undefined
      ? !recursive && list !== undefined && hasAllFilters(list, filters)
      : !recursive || kind === "orgs";
  if (!isSupported) throw UNSUPPORTED_FILTER_FAILURE;
  if (kind === "orgs" && ids?.includes(ROOT_ORG_ID) === true) throw ROOT_DELETION_FAILURE;
  const select: DeletionSelection =
    ids === undefined ? { by: "filtered", ...filters } : { by: recursive ? "below" : "named" };
  const request: StoredRequest = { ...completeRequest({ kind, fileName: called }), mode: "delete", select };
  return { request, ids: ids ?? [] };
};

/** Returns true if a list supports all the given filters. An ignored filter would select too many records. */
const hasAllFilters = (list: RecordList, filters: Partial<DeletionRequest>): boolean =>
  (filters.org === undefined || list.org !== undefined) &&
  CHOICE_FILTERS.every((name) => filters[name] === undefined || list.chosen?.[name] !== undefined);

const CHOICE_FILTERS = ["status", "platform", "tag"] as const satisfies readonly ChoiceName[];

export const toDeletedChange = (request: StoredRequest, ids: readonly string[]): UndoneChange => ({
  number: 0,
  // no change is later
  revision: Number.MAX_SAFE_INTEGER,
  isImport: true,
  skipBlocked: false,
  deleted: { request, ids },
});

const MAX_LISTED_RECORDS = 10;

export const createBlockedDeletionFailure = (
  { kind, select }: StoredRequest,
  { count, first }: NonNullable<PlanCounts["blocked"]>,
): Failure => {
  const more = count > MAX_LISTED_RECORDS ? [same("…")] : [];
  const { en, ja } = joinTexts(
    [...first.slice(0, MAX_LISTED_RECORDS).map(describeBlockedRecord), ...more],
    text("; ", "、"),
  );
  const holders = new Set(first.map(({ other }) => other?.thing));
  return new Failure("input-rejected", {
    what: text(
      `${formatCount(count, "record")} cannot be deleted: ${en}; nothing was changed`,
      `${count} 件は削除できません: ${ja}。何も変更していません`,
    ),
    hint:
      kind === "users" && holders.has("device")
        ? step("to hand over the devices, too", "デバイスの引き継ぎも含めて行うには", line("users leave", ["USER"]))
        : kind === "orgs" && select?.by === "named" && holders.isSubsetOf(new Set(["org", "user"]))
          ? text("to also delete everything below: --recursive", "配下もすべて削除するには: --recursive")
          : undefined,
  });
};

const IDS_OR_FILTERS_FAILURE = new Failure("usage", {
  what: text(
    "a deletion requires either IDs or filters, but not both",
    "削除には、ID か一覧の絞り込み条件のどちらか一方を指定してください",
  ),
  where: "json",
});

const UNSUPPORTED_FILTER_FAILURE = new Failure("usage", {
  what: text(
    "records of this type cannot be selected with these filters",
    "この種類のデータは、この絞り込み条件では選べません",
  ),
  where: "json",
});

const ROOT_DELETION_FAILURE = new Failure("input-rejected", {
  what: text("全社 cannot be deleted; nothing was changed", "全社は削除できません。何も変更していません"),
  hint: text("specify the organisations below 全社 instead", "全社の下の組織を指定してください"),
});
