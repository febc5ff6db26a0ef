import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("what account names are composed of, and the authentication type", "CLOMO アカウント設定"),
});
