import { text } from "../lib/text/index.ts";
import { defineNoun } from "./command.ts";

export default defineNoun({
  summary: text(
    "clomoctl: for the people who run tenants of CLOMO. Not the maker's product; there is no public CLOMO API.",
    "clomoctl: CLOMO テナントを運用する人のためのコマンド。メーカー製品ではありません(CLOMO の公開 API は存在しません)。",
  ),
});
