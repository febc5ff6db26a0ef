import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("layouts for lists with other headers", "ヘッダーの異なる一覧の読み取り方(レイアウト)"),
});
