import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "apple",
  summary: text("the MDM push certificate", "MDM プッシュ通知証明書"),
  aliases: ["push-cert"],
});
