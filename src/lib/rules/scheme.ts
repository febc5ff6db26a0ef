import { line } from "../advice/line.ts";
import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** A scheme permits something. */
export const schemeItems: Rule<{ readonly operations: readonly string[] }> = ({ after }) => {
  if (after === undefined || after.operations.length > 0) return [];
  const revoke = line("clomo-account revoke", ["ACCOUNT"]);
  return [
    {
      field: "operations",
      what: text("a scheme needs at least one item", "スキームには 1 つ以上のチェック項目が必要です"),
      hint: text(`to take all rights from an account: ${revoke}`, `アカウントからすべての権限を外すには: ${revoke}`),
    },
  ];
};
