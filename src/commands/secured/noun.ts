import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("users and groups of the five SECURED APPs", "SECURED APPs の 5 アプリのユーザーとグループ"),
});
