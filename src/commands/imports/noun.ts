import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text("imports: their plans and what became of them", "インポートの計画と履歴"),
});
