import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("administrators of CLOMO PANEL", "CLOMO PANEL の管理者"),
});
