import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("the public key that Apple encrypts the server token for", "サーバートークン用公開鍵"),
});
