import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("simulator of Apple's services, for rehearsals", "Apple 側のシミュレーター(練習用)"),
});
