import { text } from "../lib/text/index.ts";
import { defineNoun } from "./command.ts";

export default defineNoun({
  summary: text(
    "clomoctl: a command line for administrators of CLOMO tenants. Not a product of CLOMO's maker; there is no public CLOMO API.",
    "clomoctl: CLOMO テナントの管理者のためのコマンド。メーカーの製品ではありません(CLOMO の公開 API は確認されていません)。",
  ),
  examples: [
    "clomoctl users import people.csv --create-orgs --yes",
    "clomoctl csv check people.csv --as users",
    "clomoctl renewals check certificates --within 60d --critical 2w",
  ],
});
