import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text("the tenants known on this machine", "この端末に登録されたテナント"),
});
