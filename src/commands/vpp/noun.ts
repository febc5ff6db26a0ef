import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "apple",
  summary: text("VPP content tokens", "VPP サービストークン"),
  examples: ["clomoctl vpp tokens list"],
});
