import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("CSV files (no tenant needed)", "CSV ファイル(テナントは不要)"),
});
