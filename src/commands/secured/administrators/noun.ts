import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("who is an administrator of a SECURED APP", "SECURED APPs の管理者"),
});
