import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("permission schemes (カスタム管理権限スキーム)", "カスタム管理権限スキーム"),
});
