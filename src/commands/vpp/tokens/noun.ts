import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("content tokens (one per organisation)", "VPP サービストークン(組織ごと)"),
});
