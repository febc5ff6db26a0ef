import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("the tenant's custom user fields", "カスタムユーザー情報の項目"),
});
