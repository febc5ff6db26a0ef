import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("Apple's side, simulated, to rehearse on", "Apple 側のシミュレーター(リハーサル用)"),
});
