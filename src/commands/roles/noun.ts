import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text(
    "administrator roles, what they may, custom schemes",
    "管理者権限と、その操作範囲、カスタム管理権限スキーム",
  ),
});
