import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("how lists with other headers are read", "ヘッダーの異なる一覧の読み取り方(レイアウト)"),
});
