import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "tenant",
  summary: text("CLOMO accounts and the roles of administrators", "CLOMO アカウントと管理者権限"),
  aliases: ["account"],
});
