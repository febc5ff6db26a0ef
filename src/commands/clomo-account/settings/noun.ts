import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("how account names are built, and the authentication type", "CLOMO アカウント設定"),
});
