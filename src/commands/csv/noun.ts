import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text("CSV files, without a tenant", "CSV ファイル(テナントは不要)"),
});
