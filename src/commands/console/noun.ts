import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "daily",
  summary: text("tasks to do in the console (CLOMO PANEL)", "管理画面(CLOMO PANEL)で行う作業"),
});
