import { text } from "../../../../../lib/text/index.ts";
import { defineNoun } from "../../../../command.ts";

export default defineNoun({
  summary: text("devices of the simulated organisation", "シミュレーターの組織のデバイス"),
});
