import { Failure, unwrapSuppressed } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

const ABSOLUTE_PATH = /(?:file:\/\/)?(?:\b[A-Za-z]:\\|\/)(?:[^\s'"\\/:]+[\\/])+[^\s'":]*/g;

/** Returns the first line of the error without file paths, which must not be disclosed. */
const summariseError = (error: Error): string =>
  (error.message.split("\n", 1)[0] ?? "").replace(ABSOLUTE_PATH, "…").slice(0, 300);

export const toFailure = (chain: unknown): Failure => {
  const { first: error } = unwrapSuppressed(chain);
  if (error instanceof Failure) return error;
  const line = summariseError(error instanceof Error ? error : new Error(String(error)));
  const what = text(`unexpected error in the tenant: ${line}`, `テナントで予期しないエラーが起きました: ${line}`);
  return new Failure("unexpected", { what });
};

export const TENANT_CHANGED_FAILURE = new Failure("conflict", {
  what: text(
    "the tenant has changed since the confirmation was shown; nothing was changed",
    "確認の表示後にテナントが変更されたため、何も変更していません",
  ),
  hint: text("check the current state, then run the command again", "現在の内容を確認してからもう一度実行してください"),
});
