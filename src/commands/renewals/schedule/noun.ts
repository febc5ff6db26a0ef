import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("scheduled daily check and reminders", "毎日の確認と通知の自動実行"),
});
