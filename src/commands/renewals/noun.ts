import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("renewal items and their expiry dates", "年次更新・期限"),
});
