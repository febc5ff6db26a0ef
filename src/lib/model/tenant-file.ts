import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

export interface TenantCopyState {
  readonly fault: Text | null;
  readonly auditHead: { readonly seq: number; readonly hash: string } | null;
  readonly problems: readonly Text[];
  /** true if the copy contains secrets that only the `sealing.key` of its home can decrypt */
  readonly isSealed: boolean;
}

/** `forward`: the bundle has changes that this tenant lacks. `other`: each of them has changes that the other lacks. */
export type CopyRelation =
  | { readonly kind: "empty" | "same" | "older" | "other" }
  | { readonly kind: "forward"; readonly changes: number; readonly since: string };

const REJECTION_REASONS: Readonly<Record<"same" | "older" | "other", Text>> = {
  same: text(
    "all changes in this bundle are already in this tenant",
    "この引き継ぎデータの変更は、すべてこのテナントに取り込み済みです",
  ),
  older: text(
    "this bundle is older than this tenant's data",
    "この引き継ぎデータは、このテナントのデータより古いものです",
  ),
  other: text(
    "this bundle does not contain the latest changes to this context's tenant",
    "この引き継ぎデータには、このコンテキストのテナントの最新の変更が含まれていません",
  ),
};

export const createRejectedBundleFailure = (kind: "same" | "older" | "other", where: string): Failure =>
  new Failure("conflict", {
    what: REJECTION_REASONS[kind],
    where,
    hint: text(
      "clomoctl does not merge tenants; to keep both, choose a new name with --context",
      "2 つのテナントを統合することはできません。両方を残すには --context で新しい名前を指定してください",
    ),
  });
