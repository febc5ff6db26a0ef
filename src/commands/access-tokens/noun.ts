import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "tenant",
  summary: text("access tokens for programs", "プログラム用のアクセストークン"),
});
