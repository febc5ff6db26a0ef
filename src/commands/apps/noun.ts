import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("apps, their licences, and where they are installed", "アプリとライセンス・適用先"),
});
