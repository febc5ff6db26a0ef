import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "tenant",
  summary: text(
    "audit log: who changed what, when, and from where",
    "監査ログ(だれが、いつ、どこから、何を変更したか)",
  ),
});
