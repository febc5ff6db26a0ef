import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text("authenticator app for signing in to a server", "サーバーへのサインインに使う認証アプリ"),
});
