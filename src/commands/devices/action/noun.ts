import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("record what is done to devices, such as lost mode", "紛失モードなど、デバイスの操作を記録する"),
});
