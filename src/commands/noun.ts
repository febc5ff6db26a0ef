import { text } from "../lib/text/index.ts";
import { defineNoun } from "./command.ts";

export default defineNoun({
  summary: text(
    "Unofficial tool for CLOMO administrators. No public CLOMO API is known.",
    "CLOMO 管理者向けの非公式ツール。CLOMO の公開 API は確認されていません",
  ),
  examples: [
    "clomoctl users import people.csv --create-orgs --yes",
    "clomoctl renewals check certificates --within 60d --critical 2w",
  ],
});
