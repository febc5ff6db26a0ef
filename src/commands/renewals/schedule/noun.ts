import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("the daily check and its notices, run by the machine", "毎日の確認と通知の自動実行"),
});
