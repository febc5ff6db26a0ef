import { line } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

const FIRST_SYNC_COMMAND = line("console sync", ["EXPORT.csv"]);

export default defineNoun({
  group: "daily",
  summary: text("tasks to do in the console (CLOMO PANEL)", "管理画面(CLOMO PANEL)で行う作業"),
  advice: text(
    `A tenant becomes a mirror of the console when you import console exports into it: ${FIRST_SYNC_COMMAND}`,
    `管理画面のエクスポートを取り込むと、テナントが管理画面のミラーになります: ${FIRST_SYNC_COMMAND}`,
  ),
});
