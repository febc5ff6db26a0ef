import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import type { z } from "zod";
import type { PlanCounts, ImportRecord } from "../ledger/import-rows.ts";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { describeBlockedRecord } from "../../derived/undo.ts";
import { formatCount, joinTexts, same, text } from "../../text/index.ts";
import { checkFieldValue } from "../ledger/records.ts";
import {
  completeRequest,
  IMPORT_KIND_FIELDS,
  type buildDeletionInput,
  type StoredRequest,
} from "../ledger/import-request.ts";
import { readChange, toUndoneChange, type UndoneChange } from "../ledger/audit-change-number.ts";
import type { Reader } from "../store/types.ts";

export type DeletionRequest = Readonly<z.input<ReturnType<typeof buildDeletionInput>>>;

/** @throws Failure `usage` without ids; `input-rejected` for the root organisation */
export const resolveDeletion = ({ kind, ids, recursive = false, called = "" }: DeletionRequest): StoredRequest => {
  checkFieldValue("kind", IMPORT_KIND_FIELDS.kind, kind);
  if (ids.length === 0 || (recursive && kind !== "orgs")) throw WRONG_DELETION_FAILURE;
  if (kind === "orgs" && ids.includes(ROOT_ORG_ID)) throw ROOT_DELETION_FAILURE;
  return { ...completeRequest({ kind, fileName: called }), mode: "delete", recursive };
};

export const toDeletedChange = (request: StoredRequest, ids: readonly string[]): UndoneChange => ({
  number: 0,
  // the highest revision, because a deletion has no later changes that could block it
  revision: Number.MAX_SAFE_INTEGER,
  isImport: true,
  deleted: { request, ids },
});

const MAX_LISTED_RECORDS = 10;

export const createBlockedDeletionFailure = (
  { kind, recursive }: StoredRequest,
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
        : kind === "orgs" && recursive !== true && holders.isSubsetOf(new Set(["org", "user"]))
          ? text("to also delete everything below: --recursive", "配下もすべて削除するには: --recursive")
          : undefined,
  });
};

const WRONG_DELETION_FAILURE = new Failure("usage", {
  what: text(
    "a deletion requires IDs, and only organisations can be deleted with everything below them",
    "削除には対象の ID が必要です。配下も含めて削除できるのは組織だけです",
  ),
  where: "json",
});

const ROOT_DELETION_FAILURE = new Failure("input-rejected", {
  what: text("全社 cannot be deleted; nothing was changed", "「全社」は削除できません。何も変更していません"),
  hint: text("specify the organisations below 全社 instead", "「全社」の下の組織を指定してください"),
});

export const readStagedChange = async (
  reader: Reader,
  { detail: { undoes, request, ids = [], drops = [] } }: ImportRecord,
): Promise<UndoneChange> => {
  if (undoes !== undefined) return toUndoneChange(await readChange(reader, undoes));
  return request === null ? readDroppedTasks(reader, drops) : toDeletedChange(request, ids);
};

export const readDroppedTasks = async (reader: Reader, numbers: readonly number[]): Promise<UndoneChange> => {
  const rows = await reader.all<{ revision: number | null }>(
    "select revision from main.change where number in (select value from json_each(:numbers)) order by number",
    { numbers: JSON.stringify(numbers) },
  );
  return {
    number: numbers[0] ?? 0,
    revision: -1,
    isImport: false,
    dropped: rows.flatMap(({ revision }) => revision ?? []),
  };
};
