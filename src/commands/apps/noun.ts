import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text("apps, their licences, and where they are installed", "アプリとライセンス・適用先"),
});
