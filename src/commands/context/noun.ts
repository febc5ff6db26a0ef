import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "set-up",
  summary: text("names for the tenants that commands work on", "コンテキスト(操作するテナント)"),
});
