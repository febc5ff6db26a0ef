import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text(
    "the MDM push certificate of a tenant of our own, or of a rehearsal",
    "MDM プッシュ通知証明書(clomoctl 独自のテナントと練習用)",
  ),
  aliases: ["push-cert"],
});
