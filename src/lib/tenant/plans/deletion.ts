import type { DeletionRequest } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import type { Selection } from "./staging/counts.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { text } from "../../text/index.ts";
import type { StoredRequest } from "./import-rows.ts";
import type { ChoiceName, List } from "../store/lists.ts";
import { filteredList } from "./selection.ts";

/** What an import without a file has of the options of one. */
const NO_FILE = {
  mode: "delete",
  key: "email",
  missingColumns: "keep",
  createOrgs: false,
  createGroups: false,
  skipInvalid: false,
  delimiter: ",",
} as const;

/** A deletion as it is kept. */
export interface Deletion {
  readonly request: StoredRequest;
  /** of what was named */
  readonly ids: readonly string[];
  /** why some of it never goes, to be told with what else is in the way */
  readonly refusals: readonly Failure[];
}

const requestOf = (kind: DeletionRequest["kind"], select: Selection, fileName: string): StoredRequest => ({
  ...NO_FILE,
  kind,
  select,
  fileName,
});

/**
 * What a deletion takes: never all for want of a name or a filter.
 *
 * @throws Failure `usage` if it names nothing, or filters as no list of the kind does; `input-rejected` for 全社 alone
 */
export const deletionOf = ({ kind, ids, recursive, called, ...filters }: DeletionRequest): Deletion => {
  const given = Object.values(filters).some((value) => value !== undefined);
  if (given === (ids !== undefined)) throw NAMES_OR_FILTERS;
  if (ids === undefined) {
    const list = filteredList(kind);
    if (recursive || list === undefined || !isFilteredBy(list, filters)) throw NO_SUCH_FILTER;
    return { request: requestOf(kind, { by: "filtered", ...filters }, called), ids: [], refusals: [] };
  }
  if (kind !== "orgs") {
    if (recursive) throw NO_SUCH_FILTER;
    return { request: requestOf(kind, { by: "named" }, called), ids, refusals: [] };
  }
  const others = ids.filter((id) => id !== ROOT_ORG_ID);
  if (others.length === 0) throw ROOT_STAYS;
  const found = { ids: others, refusals: others.length < ids.length ? [ROOT_STAYS] : [] };
  return { request: requestOf(kind, { by: recursive ? "below" : "named" }, called), ...found };
};

/** True if a list knows all filters that are given: one that is not known would choose all. */
const isFilteredBy = (list: List, filters: Partial<DeletionRequest>): boolean =>
  (filters.org === undefined || list.ofOrg !== undefined) &&
  CHOICES.every((name) => filters[name] === undefined || list.chosen?.[name] !== undefined);

const CHOICES = ["status", "platform", "tag"] as const satisfies readonly ChoiceName[];

const NAMES_OR_FILTERS = new Failure("usage", {
  what: text(
    "a deletion takes ids, or filters of the list: one of both",
    "削除には、ID か一覧の絞り込み条件のどちらか一方を指定してください",
  ),
  where: "json",
});

const NO_SUCH_FILTER = new Failure("usage", {
  what: text("these records are not chosen in this way", "この種類のデータはこの方法では選べません"),
  where: "json",
});

const ROOT_STAYS = new Failure("input-rejected", {
  what: text("全社 is never deleted; nothing was changed", "全社は削除できません。何も変更していません"),
  hint: text("name the organisations below it", "その下の組織を指定してください"),
});
