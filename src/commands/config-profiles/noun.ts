import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("profiles, and where they are installed", "構成プロファイルと適用先"),
});
