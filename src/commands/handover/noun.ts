import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "handover",
  summary: text("hand a tenant over to a successor", "テナントを後任に引き継ぐ"),
});
