import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("schemes of custom administrators", "カスタム管理権限スキーム"),
});
