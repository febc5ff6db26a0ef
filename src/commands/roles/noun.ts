import { line } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

const GRANT_ROLE_COMMAND = line("clomo-account edit", ["USER"], { role: "ROLE" });

export default defineNoun({
  group: "tenant",
  summary: text("administrator roles and permission schemes", "管理者権限とカスタム管理権限スキーム"),
  advice: text(`To give a user a role: ${GRANT_ROLE_COMMAND}`, `ユーザーに権限を与えるには: ${GRANT_ROLE_COMMAND}`),
});
