import { line } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

const FIRST_CONSOLE_IMPORT = line("orgs import", ["EXPORT.csv"], { fromConsole: true });

export default defineNoun({
  group: "daily",
  summary: text("tasks to do in the console (CLOMO PANEL)", "管理画面(CLOMO PANEL)で行う作業"),
  advice: text(
    `A tenant becomes a mirror of the console when you import its exports: first ${FIRST_CONSOLE_IMPORT}, then users and devices.`,
    `管理画面のエクスポートを取り込むと、テナントが管理画面のミラーになります。まず ${FIRST_CONSOLE_IMPORT} 、次に users と devices です。`,
  ),
});
