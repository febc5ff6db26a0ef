import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("SECURED APPs: users and groups of the five apps", "SECURED APPs: 5 アプリのユーザーとグループ"),
});
