import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text(
    "content tokens (VPP) of our own tenant, or a rehearsal",
    "VPP サービストークン(clomoctl 独自のテナントと練習用)",
  ),
  examples: ["clomoctl vpp tokens list"],
});
