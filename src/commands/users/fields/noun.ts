import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("custom user fields", "カスタムユーザー情報の項目"),
});
