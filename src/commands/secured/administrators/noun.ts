import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("administrators of the SECURED APPs", "SECURED APPs の管理者"),
});
