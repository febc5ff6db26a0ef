import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text(
    "public key with which Apple encrypts the server token",
    "サーバートークンの暗号化に Apple が使う公開鍵",
  ),
});
