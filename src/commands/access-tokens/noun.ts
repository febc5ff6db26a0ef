import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text("access tokens for programs", "プログラム用のアクセストークン"),
});
