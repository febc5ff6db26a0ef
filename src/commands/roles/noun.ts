import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "tenant",
  summary: text("administrator roles and custom schemes", "管理者権限とカスタム管理権限スキーム"),
});
